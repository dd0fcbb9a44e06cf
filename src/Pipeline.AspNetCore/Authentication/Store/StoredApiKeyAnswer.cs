using System.Runtime.InteropServices;

namespace Pipeline.Authentication;

/// <summary>What the store says of a key: the credential, or that there is none, or that the store cannot be asked.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StoredApiKeyAnswer(ApiKeyCredential? Credential, bool IsUnavailable = false)
{
    public static StoredApiKeyAnswer Unavailable { get; } = new(Credential: null, IsUnavailable: true);
}
