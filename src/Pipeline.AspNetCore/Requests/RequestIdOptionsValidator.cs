using System.Buffers;
using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Requests;

/// <summary>Checks <see cref="RequestIdOptions"/> at start.</summary>
internal sealed class RequestIdOptionsValidator : IValidateOptions<RequestIdOptions>
{
    private const int MostCharacters = 64;

    private static readonly SearchValues<char> HeaderCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    public ValidateOptionsResult Validate(string? name, RequestIdOptions options)
    {
        var problems = new OptionProblems("RequestIds");
        problems.Require(
            options.Header is { Length: > 0 and <= MostCharacters } header && !header.AsSpan().ContainsAnyExcept(HeaderCharacters),
            $"{nameof(options.Header)} is no header's name. Give 1 to 64 letters, digits, hyphens and underscores, such as X-Request-ID.");
        return problems.ToResult();
    }
}
