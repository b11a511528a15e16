using System.Net;
using System.Text;
using Swarm.Net.Userspace;

namespace Swarm.Net.Tests.Userspace;

public sealed class ProxyHeaderTests
{
    [Fact]
    public void Version_1_is_a_line() => Assert.Equal(
        "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n",
        Encoding.ASCII.GetString(Header(ProxyProtocol.V1, "192.0.2.7:56324", "198.51.100.1:443")));

    [Fact]
    public void Version_1_takes_mapped_addresses_for_what_they_are() => Assert.Equal(
        "PROXY TCP4 192.0.2.7 198.51.100.1 1 2\r\n",
        Encoding.ASCII.GetString(Header(ProxyProtocol.V1, "[::ffff:192.0.2.7]:1", "[::ffff:198.51.100.1]:2")));

    [Fact]
    public void Version_2_of_IPv4_is_28_bytes() => Assert.Equal(
        "0D0A0D0A000D0A515549540A2111000CC0000207C6336401DC0401BB",
        Convert.ToHexString(Header(ProxyProtocol.V2, "192.0.2.7:56324", "198.51.100.1:443")));

    [Fact]
    public void Version_2_of_IPv6_is_52_bytes() => Assert.Equal(
        "0D0A0D0A000D0A515549540A2121002420010DB800000000000000000000000120010DB8000000000000000000000002DC0401BB",
        Convert.ToHexString(Header(ProxyProtocol.V2, "[2001:db8::1]:56324", "[2001:db8::2]:443")));

    private static byte[] Header(ProxyProtocol version, string client, string server) =>
        ProxyHeader.Of(version, IPEndPoint.Parse(client), IPEndPoint.Parse(server));
}
