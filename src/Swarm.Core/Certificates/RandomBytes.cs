namespace Swarm.Certificates;

/// <summary>
/// Fills a span with bytes nobody can guess; <see cref="System.Security.Cryptography.RandomNumberGenerator.Fill"/>
/// outside of tests.
/// </summary>
internal delegate void RandomBytes(Span<byte> destination);
