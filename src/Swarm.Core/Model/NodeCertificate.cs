namespace Swarm;

/// <summary>A node's certificate and the request for it.</summary>
/// <param name="Role">Role it is for.</param>
/// <param name="SigningRequest">The request (PEM).</param>
/// <param name="State">Where issuance stands.</param>
/// <param name="Error">Why issuance failed; empty otherwise.</param>
/// <param name="Pem">The certificate chain (PEM); empty until issued.</param>
/// <param name="CommonName">Its common name: the node's id.</param>
public sealed record NodeCertificate(
    NodeRole Role,
    ValueList<byte> SigningRequest,
    IssuanceState State,
    string Error,
    ValueList<byte> Pem,
    string CommonName);
