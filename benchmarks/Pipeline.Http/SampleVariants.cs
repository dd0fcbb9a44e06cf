using System.Text.Json;
using Api;
using Api.Answering;
using Microsoft.AspNetCore.Builder;

namespace Pipeline.Http;

/// <summary>The program of <c>samples/Api</c>, and its endpoint without the edge.</summary>
internal static class SampleVariants
{
    private const string Path = "/ask";
    private const int Words = 315;

    private static readonly Load Load = new(Path, JsonSerializer.Serialize(
        new Question(string.Join(' ', Enumerable.Range(0, Words).Select(static number => number % 7 == 0 ? "longest" : "words"))), ApiJson.Default.Question));

    public static IReadOnlyList<Variant> All { get; } =
    [
        new("samples/Api, its endpoint bare", Load, BuildBare),
        new("samples/Api", Load, Build: null),
    ];

    /// <summary>What lets the sample serve as many requests as come.</summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["Http__ApiKeys__Entries"] = $"{Variant.Key}:benchmark:ask",
        ["Http__RateLimits__Policies__burst"] = "1000000000/1",
        ["Http__RateLimits__Policies__ask"] = "1000000000/60",
        ["Http__RateLimits__Policies__tokens"] = "1000000000000/60",
    };

    private static WebApplication BuildBare(WebApplicationBuilder builder)
    {
        builder.Services.AddWork(builder.Configuration);
        var app = builder.Build();
        app.MapPost(Path, AskEndpoint.AskAsync);
        return app;
    }
}
