using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pipeline.Redis.Servers;

/// <summary>An authority of a test's own and a certificate that it signed for the loopback address.</summary>
public sealed class TestCertificates : IDisposable
{
    private readonly ECDsa _authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestCertificates() => Authority = CreateAuthority(_authorityKey);

    /// <summary>Gets the authority's certificate, which a client has to trust.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>Says if a certificate was signed by an authority and is in force; the name in it is not looked at.</summary>
    public static bool IsSignedBy(X509Certificate? certificate, X509Certificate2 authority)
    {
        if (certificate is null)
            return false;

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using var copy = new X509Certificate2(certificate);
        return chain.Build(copy);
    }

    /// <summary>Writes the authority's certificate and a server's certificate and key into a folder, as PEM.</summary>
    public async Task<TlsFiles> WriteAsync(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(Authority, new DateTimeOffset(Authority.NotBefore), new DateTimeOffset(Authority.NotAfter), RandomNumberGenerator.GetBytes(16));

        var files = new TlsFiles(Path.Combine(folder, "server.crt"), Path.Combine(folder, "server.key"), Path.Combine(folder, "ca.crt"));
        await File.WriteAllTextAsync(files.Certificate, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(files.Key, key.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(files.Authority, Authority.ExportCertificatePem());
        return files;
    }

    public void Dispose()
    {
        Authority.Dispose();
        _authorityKey.Dispose();
    }

    private static X509Certificate2 CreateAuthority(ECDsa key)
    {
        var request = new CertificateRequest("CN=Pipeline tests", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(7));
    }
}
