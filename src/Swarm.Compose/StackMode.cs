namespace Swarm.Compose;

/// <summary>Which files are understood.</summary>
public enum StackMode
{
    /// <summary>What <c>docker stack deploy</c> understands, with its rules and its errors.</summary>
    Strict = 0,

    /// <summary>
    /// Also the forms of the Compose Specification, such as what <c>docker compose config</c> prints. Keys without a
    /// meaning in a swarm are named in warnings and left out.
    /// </summary>
    Lenient = 1,
}
