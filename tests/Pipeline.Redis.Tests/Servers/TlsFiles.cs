namespace Pipeline.Redis.Servers;

/// <summary>The PEM files that a TLS server reads.</summary>
/// <param name="Certificate">The server's certificate.</param>
/// <param name="Key">The server's private key.</param>
/// <param name="Authority">The certificate of the authority that signed it.</param>
public sealed record TlsFiles(string Certificate, string Key, string Authority);
