using System.Security.Cryptography.X509Certificates;

namespace Swarm.Certificates;

/// <summary>Who a node certificate is for: what the signer decides, whatever the request says.</summary>
/// <param name="NodeId">The node: common name.</param>
/// <param name="Role">Its role: organizational unit.</param>
/// <param name="ClusterId">Its swarm: organization.</param>
internal readonly record struct CertificateSubject(NodeId NodeId, NodeRole Role, ClusterId ClusterId)
{
    public const string ManagerUnit = "swarm-manager";
    public const string WorkerUnit = "swarm-worker";

    private const string CommonName = "2.5.4.3";
    private const string Organization = "2.5.4.10";
    private const string OrganizationalUnit = "2.5.4.11";

    public string Unit => UnitOf(Role);

    public static string UnitOf(NodeRole role) => role == NodeRole.Manager ? ManagerUnit : WorkerUnit;

    /// <summary>Reads a certificate's subject; null when it is not that of a node.</summary>
    public static CertificateSubject? Of(X509Certificate2 certificate)
    {
        string? name = null, unit = null, organization = null;
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (part.HasMultipleElements)
            {
                return null;
            }

            switch (part.GetSingleElementType().Value)
            {
                case CommonName:
                    name = part.GetSingleElementValue();
                    break;
                case OrganizationalUnit:
                    unit = part.GetSingleElementValue();
                    break;
                case Organization:
                    organization = part.GetSingleElementValue();
                    break;
                default:
                    break;
            }
        }

        return (name, unit, organization) switch
        {
            ({ Length: > 0 }, ManagerUnit, { Length: > 0 }) => new(new(name), NodeRole.Manager, new(organization)),
            ({ Length: > 0 }, WorkerUnit, { Length: > 0 }) => new(new(name), NodeRole.Worker, new(organization)),
            _ => null,
        };
    }

    public X500DistinguishedName ToDistinguishedName()
    {
        // The builder encodes what is added last first; the common name ends up last, as in every node certificate.
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(NodeId.Value);
        subject.AddOrganizationalUnitName(Unit);
        subject.AddOrganizationName(ClusterId.Value);
        return subject.Build();
    }
}
