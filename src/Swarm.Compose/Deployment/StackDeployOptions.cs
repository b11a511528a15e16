namespace Swarm.Compose;

/// <summary>How a stack is deployed.</summary>
public sealed record StackDeployOptions
{
    /// <summary>Removes services of the stack that its files no longer have.</summary>
    /// <value>False.</value>
    public bool Prune { get; init; }

    /// <summary>Returns once everything is stored, without waiting until the services are as wanted.</summary>
    /// <value>False. A service that others wait for, with a condition, is waited for all the same.</value>
    public bool Detach { get; init; }

    /// <summary>When images are asked for at <see cref="ImageResolver"/>.</summary>
    /// <value><see cref="ResolveImage.Always"/>.</value>
    public ResolveImage ResolveImage { get; init; }

    /// <summary>Finds the digest and the platforms of an image; null when it does not know the image.</summary>
    /// <value>Null: images are used by their tags.</value>
    public Func<string, CancellationToken, ValueTask<ResolvedImage?>>? ImageResolver { get; init; }

    /// <summary>Told about every step.</summary>
    /// <value>Null.</value>
    public IProgress<StackProgress>? Progress { get; init; }
}

/// <summary>When images are resolved to digests.</summary>
public enum ResolveImage
{
    /// <summary>On every deployment.</summary>
    Always = 0,

    /// <summary>Only for services whose image text has changed; the others keep the image they run.</summary>
    Changed = 1,

    /// <summary>Never.</summary>
    Never = 2,
}

/// <summary>What is known about an image.</summary>
/// <param name="Image">The image with its digest.</param>
/// <param name="Platforms">What it runs on; empty means anything.</param>
public sealed record ResolvedImage(string Image, ValueList<Platform> Platforms = default);
