namespace Swarm.Execution;

/// <summary>References of images, such as <c>registry:5000/web:1</c>.</summary>
internal static class ImageReference
{
    /// <summary>The reference with the tag that is meant where it has none and no digest either.</summary>
    public static string Tagged(string reference) =>
        reference.Length == 0 || reference.LastIndexOf(':') > reference.LastIndexOf('/')
            ? reference
            : $"{reference}:latest";
}
