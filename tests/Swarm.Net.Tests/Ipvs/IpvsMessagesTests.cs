using System.Net;
using Swarm.Net.Ipvs;
using Swarm.Net.Netlink;

namespace Swarm.Net.Tests.Ipvs;

/// <summary>Bytes as the kernel's headers have them, for machines whose lower bytes come first.</summary>
public sealed class IpvsMessagesTests
{
    private const ushort Family = 0x1F;

    private static readonly IpvsService Service = new(0x5357_0001, IsV6: false, "rr");

    [Fact]
    public void The_family_is_asked_for_by_its_name() => AssertBytes(
        """
        20000000 1000 0500 07000000 00000000
        03 01 0000
        0900 0200 49505653 00 000000
        """,
        IpvsMessages.FindFamily());

    [Fact]
    public void A_service_is_added_with_everything_that_is_to_be_said_of_it() => AssertBytes(
        """
        4C000000 1F00 0500 07000000 00000000
        01 01 0000
        3800 0180
          0600 0100 0200 0000
          0800 0500 01005753
          0700 0600 6D680000
          0C00 0700 19000000 FFFFFFFF
          0800 0800 2C010000
          0800 0900 FFFFFFFF
        """,
        IpvsMessages.Add(
            Family,
            new(0x5357_0001, IsV6: false, "mh", IpvsFlags.Persistent | IpvsFlags.Fallback | IpvsFlags.Ports, 300)));

    [Fact]
    public void A_service_of_IPv6_has_a_mask_that_is_a_number_of_bits()
    {
        var bytes = IpvsMessages.Set(Family, Service with { IsV6 = true }).Finish(7).ToArray();

        Assert.Equal(10, bytes[28]);
        Assert.Equal([128, 0, 0, 0], bytes[^4..]);
    }

    [Fact]
    public void A_service_is_removed_by_its_mark_alone() => AssertBytes(
        """
        28000000 1F00 0500 07000000 00000000
        03 01 0000
        1400 0180
          0600 0100 0200 0000
          0800 0500 01005753
        """,
        IpvsMessages.Remove(Family, Service));

    [Fact]
    public void A_back_end_is_added_with_its_port_in_network_order() => AssertBytes(
        """
        64000000 1F00 0500 07000000 00000000
        05 01 0000
        1400 0180
          0600 0100 0200 0000
          0800 0500 01005753
        3C00 0280
          0800 0100 0A000001
          0600 0200 1F90 0000
          0600 0B00 0200 0000
          0800 0300 00000000
          0800 0400 03000000
          0800 0500 00000000
          0800 0600 00000000
        """,
        IpvsMessages.Add(Family, Service, new(IPAddress.Parse("10.0.0.1"), 8_080, Weight: 3)));

    [Fact]
    public void A_back_end_is_removed_by_its_address_and_port_alone()
    {
        var destination = new IpvsDestination(IPAddress.Parse("2001:db8::1"), 53, Weight: 0);

        AssertBytes(
            """
            50000000 1F00 0500 07000000 00000000
            07 01 0000
            1400 0180
              0600 0100 0A00 0000
              0800 0500 01005753
            2800 0280
              1400 0100 20010DB8 00000000 00000000 00000001
              0600 0200 0035 0000
              0600 0B00 0A00 0000
            """,
            IpvsMessages.Remove(Family, Service with { IsV6 = true }, destination));
    }

    [Fact]
    public void Lists_are_asked_for_as_such()
    {
        AssertBytes("14000000 1F00 0103 07000000 00000000 04 01 0000", IpvsMessages.ListServices(Family));
        AssertBytes(
            """
            28000000 1F00 0103 07000000 00000000
            08 01 0000
            1400 0180
              0600 0100 0200 0000
              0800 0500 01005753
            """,
            IpvsMessages.ListDestinations(Family, Service));
    }

    [Fact]
    public void What_the_kernel_lists_is_read()
    {
        var messages = NetlinkReader.Messages(Bytes(
            """
            3C000000 1F00 0200 07000000 00000000
            01 01 0000
            2800 0100
              0600 0100 0200 0000
              0800 0500 01005753
              0700 0600 6D680000
              0C00 0700 1A000000 FFFFFFFF
            78000000 1F00 0200 07000000 00000000
            05 01 0000
            6400 0200
              1400 0100 0A000001 00000000 00000000 00000000
              0600 0200 1F90 0000
              0800 0400 03000000
              0800 0700 02000000
              0800 0800 05000000
              1C00 0A00
                0800 0100 09000000
                0800 0200 09000000
                0800 0300 09000000
              1000 0C00
                0C00 0100 0900000001000000
            """));

        Assert.Equal(2, messages.Count);
        Assert.Equal(
            new IpvsService(0x5357_0001, IsV6: false, "mh", IpvsFlags.Fallback | IpvsFlags.Ports),
            IpvsMessages.ReadService(messages[0]));
        Assert.Equal(
            new IpvsDestination(IPAddress.Parse("10.0.0.1"), 8_080, Weight: 3)
            {
                Active = 2,
                Inactive = 5,
                Total = 0x1_0000_0009,
            },
            IpvsMessages.ReadDestination(messages[1], isV6: false));
    }

    [Fact]
    public void What_is_cut_short_or_makes_no_sense_is_not_read_beyond_that()
    {
        var whole = IpvsMessages
            .Add(Family, Service, new(IPAddress.Parse("10.0.0.1"), 8_080, Weight: 3))
            .Finish(7)
            .ToArray();
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = whole[..random.Next(whole.Length + 1)];
            for (var k = random.Next(4); k > 0 && bytes.Length > 0; k--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            foreach (var message in NetlinkReader.Messages(bytes))
            {
                Assert.InRange(message.Body.Length, 0, bytes.Length - NetlinkWriter.HeaderSize);
                _ = IpvsMessages.ReadService(message);
                _ = IpvsMessages.ReadDestination(message, isV6: i % 2 == 0);
            }
        }
    }

    private static void AssertBytes(string expected, NetlinkWriter message) =>
        Assert.Equal(Convert.ToHexString(Bytes(expected)), Convert.ToHexString(message.Finish(sequence: 7)));

    private static byte[] Bytes(string text) =>
        Convert.FromHexString(string.Concat(text.Where(letter => !char.IsWhiteSpace(letter))));
}
