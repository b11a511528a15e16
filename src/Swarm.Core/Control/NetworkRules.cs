using System.Globalization;
using Swarm.Allocation.Addressing;
using Swarm.Scheduling;

namespace Swarm.Control;

/// <summary>Decides whether a network may be asked for; the first rule that is broken is the one reported.</summary>
internal static class NetworkRules
{
    /// <summary>More subnets than any network has use for.</summary>
    private const int MaxSubnets = 64;

    private const uint MaxVni = 1 << 24;

    /// <summary>Checks a spec.</summary>
    /// <exception cref="SwarmException">It breaks a rule.</exception>
    public static void Validate(NetworkSpec spec)
    {
        Rule.Require(spec is { Name: not null, ConfigFrom: not null }, "invalid argument");
        if (spec.Ingress && spec.Driver is { } driver && driver.Name != NetworkDrivers.Overlay)
        {
            throw new SwarmException(
                SwarmErrorCode.Unimplemented,
                "only overlay driver is currently supported for ingress network");
        }

        Rule.Require(!spec.Attachable || !spec.Ingress, "ingress network cannot be attachable");
        ObjectNames.CheckDnsName(spec.Name);
        if (spec.Labels.ContainsKey(NetworkDrivers.PredefinedLabel))
        {
            throw new SwarmException(
                SwarmErrorCode.PermissionDenied,
                $"label {NetworkDrivers.PredefinedLabel} is for internally created predefined networks and cannot be "
                + "applied by users");
        }

        CheckDriver(spec.Driver);
        CheckIpam(spec.Ipam);
        SpecSize.Check("network", SpecSize.Of(spec));
    }

    private static void CheckDriver(Driver? driver)
    {
        if (driver is null)
        {
            return;
        }

        Rule.Require(!string.IsNullOrEmpty(driver.Name), "driver name: if driver is specified name is required");
        Rule.Require(NetworkDrivers.IsKnown(driver.Name), $"plugin {driver.Name} not supported");
        var vnis = driver.Options[NetworkDrivers.VniOption] is { Length: > 0 } list ? list.Split(',') : [];
        foreach (var vni in vnis)
        {
            Rule.Require(
                uint.TryParse(vni, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < MaxVni,
                $"invalid vxlan id value {Quoted.Of(vni)} passed");
        }
    }

    private static void CheckIpam(IpamOptions? ipam)
    {
        if (ipam is null)
        {
            return;
        }

        Rule.Require(
            ipam.Driver is not { Name.Length: > 0 } driver || driver.Name == NetworkDrivers.DefaultIpam,
            $"plugin {ipam.Driver?.Name} not supported");
        Rule.Require(ipam.Configs.Count <= MaxSubnets, $"a network has at most {MaxSubnets} subnets");
        var subnets = new List<Subnet>();
        foreach (var config in ipam.Configs)
        {
            var subnet = SubnetOf(config);
            Rule.Require(
                !subnets.Exists(other => other.Overlaps(subnet)),
                $"ipam configuration: subnet {config.Subnet} overlaps with another one of the network");
            subnets.Add(subnet);
        }
    }

    private static Subnet SubnetOf(IpamConfig config)
    {
        const string Where = "ipam configuration: ";
        Rule.Require(
            Subnet.TryParse(config.Subnet ?? "", out var subnet),
            $"{Where}invalid subnet {config.Subnet}");
        if (config.Range.Length > 0)
        {
            Rule.Require(Subnet.TryParse(config.Range, out var range), $"{Where}invalid range {config.Range}");
            Rule.Require(
                range.Overlaps(subnet) && range.PrefixLength >= subnet.PrefixLength,
                $"{Where}subnet {config.Subnet} does not contain range {config.Range}");
        }

        if (config.Gateway.Length > 0)
        {
            var gateway = AddressRange.ParseAddress(config.Gateway);
            Rule.Require(gateway is not null, $"{Where}invalid gateway {config.Gateway}");
            Rule.Require(
                subnet.Contains(gateway),
                $"{Where}subnet {config.Subnet} does not contain gateway {config.Gateway}");
        }

        foreach (var (name, reserved) in config.Reserved)
        {
            Rule.Require(
                AddressRange.ParseAddress(reserved) is { } address && subnet.Contains(address),
                $"{Where}subnet {config.Subnet} does not contain reserved address {reserved} ({name})");
        }

        return subnet;
    }
}
