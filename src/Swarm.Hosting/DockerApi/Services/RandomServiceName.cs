namespace Swarm.Hosting.DockerApi;

/// <summary>Names for services that were created without one: an adjective and the surname of a scientist.</summary>
internal static class RandomServiceName
{
    private static readonly string[] Adjectives =
    [
        "agile", "amber", "ample", "balmy", "blithe", "bold", "brisk", "calm", "candid", "clever", "coral", "cosmic",
        "crisp", "daring", "deft", "eager", "early", "fabled", "fair", "fluent", "fond", "gentle", "glad", "golden",
        "grand", "hardy", "honest", "humble", "ideal", "jovial", "keen", "kind", "lively", "lucid", "lunar", "mellow",
        "merry", "modest", "neat", "nimble", "noble", "patient", "placid", "plucky", "polite", "prime", "proud",
        "quick", "quiet", "robust", "serene", "silver", "sincere", "solar", "steady", "sunny", "swift", "tidy",
        "upbeat", "vivid", "warm", "witty",
    ];

    private static readonly string[] Surnames =
    [
        "abel", "ampere", "archimedes", "avogadro", "bell", "bernoulli", "bohr", "boole", "bose", "boyle", "cantor",
        "celsius", "church", "copernicus", "coulomb", "curie", "dijkstra", "dirac", "doppler", "euclid", "euler",
        "fermat", "fermi", "fibonacci", "fourier", "franklin", "galileo", "galois", "gauss", "germain", "goedel",
        "hamilton", "heisenberg", "hertz", "hilbert", "hooke", "hopper", "hubble", "huygens", "joule", "kepler",
        "lagrange", "lamarr", "laplace", "leibniz", "lovelace", "maxwell", "meitner", "mendel", "noether", "ohm",
        "pascal", "planck", "poincare", "raman", "riemann", "rutherford", "shannon", "tesla", "turing", "volta",
        "watt",
    ];

    public static string Next(Random random)
    {
        // Requests are concurrent, and an injected source may be a seeded one that is not thread-safe.
        lock (random)
        {
            return $"{Adjectives[random.Next(Adjectives.Length)]}_{Surnames[random.Next(Surnames.Length)]}";
        }
    }
}
