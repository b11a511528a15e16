namespace Swarm.Hosting.Wire.Mapping;

/// <summary>What a message says that no record can hold.</summary>
internal static class WireErrors
{
    public static SwarmException OutOfRange(string field, object value) => Invalid($"{field} {value} is out of range");

    public static SwarmException Missing(string field) => Invalid($"{field} is missing");

    public static SwarmException NotText(string field) => Invalid($"{field} is not UTF-8 text");

    public static SwarmException NotAMessage(string type, Exception cause) => new(
        SwarmErrorCode.InvalidArgument,
        $"malformed message: the bytes are no {type}; they are damaged or of another type",
        cause);

    private static SwarmException Invalid(string problem) => SwarmException.InvalidArgument(
        $"malformed message: {problem}; its sender must correct it or speak an older version of the protocol");
}
