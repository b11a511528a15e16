namespace Swarm.Certificates.Nodes;

/// <summary>The directory that an identity lives in. Each write takes effect whole or not at all, also when the power fails.</summary>
internal interface IIdentityDisk
{
    /// <summary>Reads a file; null when there is none.</summary>
    string? Read(string name);

    /// <summary>Writes a file in place of the one that is there.</summary>
    /// <param name="name">Name of the file.</param>
    /// <param name="text">Its content.</param>
    /// <param name="isSecret">Readable for the owner alone.</param>
    void Write(string name, string text, bool isSecret);

    /// <summary>Gives a file another name, in place of the file that has it.</summary>
    void Rename(string from, string to);

    /// <summary>Takes a file away, if there is one.</summary>
    void Delete(string name);
}
