using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Swarm.Execution;

/// <summary>The images that a node knows; thread-safe, may change while the node runs.</summary>
public sealed class ProcessImages
{
    private const string DefaultTag = "latest";

    private readonly ConcurrentDictionary<string, ProcessImage> _images = new(StringComparer.Ordinal);

    /// <summary>The names, with tags, in alphabetical order.</summary>
    public IReadOnlyList<string> Names => [.. _images.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Registers an image; replaces one of the same name.</summary>
    /// <param name="name">Name such as <c>web:1</c>; without a tag, <c>latest</c> is meant.</param>
    /// <param name="image">The image.</param>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">The name is empty or <c>host</c>.</exception>
    public ProcessImages Add(string name, ProcessImage image)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(image);
        if (IsHost(name))
        {
            throw new ArgumentException("The image host is built in.", nameof(name));
        }

        _images[Normalize(name)] = image;
        return this;
    }

    /// <summary>Finds an image.</summary>
    /// <param name="reference">The reference in a task; may carry a tag, a digest and Docker Hub's prefixes.</param>
    /// <param name="image">The image.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGet(string reference, [NotNullWhen(true)] out ProcessImage? image)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return _images.TryGetValue(Normalize(reference), out image);
    }

    /// <summary>Whether a reference means the programs of the node itself.</summary>
    internal static bool IsHost(string reference) => Split(reference).Name == "host";

    private static string Normalize(string reference)
    {
        var (name, tag) = Split(reference);
        return $"{name}:{tag}";
    }

    // docker.io/library/web:1@sha256:… is what a client makes of web:1. A colon before the last slash is a port.
    private static (string Name, string Tag) Split(string reference)
    {
        var name = reference.Split('@', 2)[0];
        foreach (var prefix in (string[])["docker.io/", "index.docker.io/", "library/"])
        {
            name = name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
        }

        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? (name[..colon], name[(colon + 1)..]) : (name, DefaultTag);
    }
}
