using System.Runtime.InteropServices;

namespace Pipeline.Authentication;

/// <summary>What is thought of a caller's key.</summary>
/// <param name="Credential">The key, where it lets the caller in.</param>
/// <param name="Refusal">Why it does not.</param>
/// <param name="RetryAfter">When to try again, where that is known.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ApiKeyVerdict(ApiKeyCredential? Credential, ApiKeyRefusal Refusal, TimeSpan? RetryAfter = null);
