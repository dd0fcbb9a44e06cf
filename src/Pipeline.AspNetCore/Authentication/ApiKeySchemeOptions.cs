using Microsoft.AspNetCore.Authentication;

namespace Pipeline.Authentication;

/// <summary>The scheme's options, which the framework wants. What can be set stands in <see cref="ApiKeyOptions"/>.</summary>
internal sealed class ApiKeySchemeOptions : AuthenticationSchemeOptions;
