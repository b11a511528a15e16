namespace Swarm;

/// <summary>Bytes that only their maker understands (protobuf's <c>Any</c>).</summary>
/// <param name="Type">Type of the bytes, such as a type URL.</param>
/// <param name="Data">The bytes.</param>
public sealed record TypedPayload(string Type, ValueList<byte> Data);
