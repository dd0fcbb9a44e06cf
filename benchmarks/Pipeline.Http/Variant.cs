using Microsoft.AspNetCore.Builder;

namespace Pipeline.Http;

/// <summary>A server with one set of middleware before an endpoint.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Load">What is asked of it.</param>
/// <param name="Build">Makes it; <see langword="null"/> for the sample's own program.</param>
internal sealed record Variant(string Name, Load Load, Func<WebApplicationBuilder, WebApplication>? Build)
{
    /// <summary>An API key of the servers under load, which is no secret.</summary>
    public const string Key = "benchmark-key-of-no-worth-0123456789";

    /// <summary>Whether each request has an <c>Idempotency-Key</c> of its own, so that each answer is stored.</summary>
    public bool SendsIdempotencyKeys { get; init; }

    /// <summary>The races: in each, the first variant is what the others are compared with.</summary>
    public static IReadOnlyList<IReadOnlyList<Variant>> Races { get; } = [SampleVariants.All, EchoVariants.All];
}
