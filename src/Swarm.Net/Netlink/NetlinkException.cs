using System.Runtime.InteropServices;

namespace Swarm.Net.Netlink;

/// <summary>The kernel refused what it was asked by netlink.</summary>
/// <param name="error">Its number for why.</param>
#pragma warning disable CA1032 // Never made without a number.
internal sealed class NetlinkException(int error) : IOException($"{Marshal.GetPInvokeErrorMessage(error)} ({error})")
#pragma warning restore CA1032
{
    public const int NotPermitted = 1;
    public const int NoSuchEntry = 2;
    public const int NoSuchService = 3;
    public const int Exists = 17;
    public const int NoDevice = 19;
    public const int NotImplemented = 38;
    public const int NoSpace = 28;
    public const int NoSuchFamily = 97;
    public const int AddressInUse = 98;

    /// <summary>The kernel's number for why.</summary>
    public int Error => error;

    /// <summary>Whether the kernel does not have what it was thought to have, or the other way round.</summary>
    public bool IsSurprise => error is NoSuchEntry or NoSuchService or Exists;

    public static NetlinkException OfLastCall() => new(Marshal.GetLastPInvokeError());
}
