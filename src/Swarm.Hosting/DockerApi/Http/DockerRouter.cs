using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace Swarm.Hosting.DockerApi;

/// <summary>Carries out one request.</summary>
internal delegate Task DockerHandler(DockerCall call);

/// <summary>The routes of the API, without version prefix. A wrong method is as unknown as a wrong path.</summary>
internal sealed class DockerRouter
{
    private readonly Dictionary<string, List<DockerRoute>> _routesByRoot = new(StringComparer.Ordinal);

    public IEnumerable<DockerRoute> Routes => _routesByRoot.Values.SelectMany(routes => routes);

    /// <summary>Adds a route whose answer is made within the time limit.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="pattern">
    /// The path, such as <c>/nodes/{id}/update</c>; <c>{name*}</c> takes several segments, for image references.
    /// </param>
    /// <param name="handler">Carries it out.</param>
    public void Map(string method, string pattern, DockerHandler handler) =>
        Add(new DockerRoute(method, pattern, handler, isStream: false));

    /// <summary>Adds a route without time limit: a stream, or what takes as long as it takes.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="pattern">The path.</param>
    /// <param name="handler">Carries it out.</param>
    public void MapStream(string method, string pattern, DockerHandler handler) =>
        Add(new DockerRoute(method, pattern, handler, isStream: true));

    public bool TryMatch(
        string method,
        string path,
        [NotNullWhen(true)] out DockerRoute? route,
        out IReadOnlyDictionary<string, string> values)
    {
        route = null;
        values = DockerRoute.NoValues;
        if (!path.StartsWith('/'))
        {
            return false;
        }

        var segments = path[1..].Split('/');
        foreach (var candidate in _routesByRoot.GetValueOrDefault(segments[0], []))
        {
            if (HttpMethods.Equals(candidate.Method, method) && candidate.TryMatch(segments, out values))
            {
                route = candidate;
                return true;
            }
        }

        return false;
    }

    private void Add(DockerRoute route)
    {
        if (!_routesByRoot.TryGetValue(route.Root, out var routes))
        {
            _routesByRoot[route.Root] = routes = [];
        }

        routes.Add(route);
    }
}

/// <summary>One route.</summary>
internal sealed class DockerRoute
{
    public static readonly IReadOnlyDictionary<string, string> NoValues =
        new Dictionary<string, string>(StringComparer.Ordinal);

    private readonly string[] _segments;
    private readonly int _wide;

    public DockerRoute(string method, string pattern, DockerHandler handler, bool isStream)
    {
        Method = method;
        Pattern = pattern;
        Handler = handler;
        IsStream = isStream;
        _segments = pattern[1..].Split('/');
        _wide = Array.FindIndex(_segments, segment => segment.EndsWith("*}", StringComparison.Ordinal));
    }

    public string Method { get; }

    public string Pattern { get; }

    public DockerHandler Handler { get; }

    public bool IsStream { get; }

    public string Root => _segments[0];

    public bool TryMatch(string[] path, out IReadOnlyDictionary<string, string> values)
    {
        values = NoValues;
        var extra = path.Length - _segments.Length;
        if (extra < 0 || (extra > 0 && _wide < 0))
        {
            return false;
        }

        Dictionary<string, string>? found = null;
        for (var i = 0; i < _segments.Length; i++)
        {
            var actual = i == _wide
                ? string.Join('/', path[i..(i + extra + 1)])
                : path[_wide >= 0 && i > _wide ? i + extra : i];
            if (_segments[i] is not ['{', .. var name, '}'])
            {
                if (_segments[i] != actual)
                {
                    return false;
                }
            }
            else if (actual.Length == 0)
            {
                return false;
            }
            else
            {
                (found ??= new(StringComparer.Ordinal))[name.TrimEnd('*')] = Uri.UnescapeDataString(actual);
            }
        }

        values = found ?? NoValues;
        return true;
    }
}
