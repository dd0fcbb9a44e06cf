namespace Pipeline.Diagnostics;

/// <summary>
/// The names of OpenTelemetry's semantic conventions for generative AI that the suite uses, and the only place where they stand. They are still in
/// development: a change of <see cref="Version"/> is a change of what the suite emits, and stands in the changelog.
/// </summary>
internal static class GenAiConventions
{
    /// <summary>The version of the conventions.</summary>
    public const string Version = "1.40.0";

    public const string TokenUsage = "gen_ai.client.token.usage";
    public const string OperationDuration = "gen_ai.client.operation.duration";

    public const string OperationName = "gen_ai.operation.name";
    public const string ProviderName = "gen_ai.provider.name";
    public const string RequestModel = "gen_ai.request.model";
    public const string ResponseModel = "gen_ai.response.model";
    public const string TokenType = "gen_ai.token.type";
    public const string ErrorType = "error.type";

    public const string RequestMaxTokens = "gen_ai.request.max_tokens";
    public const string RequestTemperature = "gen_ai.request.temperature";
    public const string RequestTopP = "gen_ai.request.top_p";
    public const string ResponseId = "gen_ai.response.id";
    public const string ResponseFinishReasons = "gen_ai.response.finish_reasons";
    public const string InputTokens = "gen_ai.usage.input_tokens";
    public const string OutputTokens = "gen_ai.usage.output_tokens";
    public const string CacheReadInputTokens = "gen_ai.usage.cache_read.input_tokens";
    public const string CacheCreationInputTokens = "gen_ai.usage.cache_creation.input_tokens";
    public const string DimensionCount = "gen_ai.embeddings.dimension.count";
    public const string ServerAddress = "server.address";
    public const string ServerPort = "server.port";

    public const string Chat = "chat";
    public const string Embeddings = "embeddings";
    public const string Input = "input";
    public const string Output = "output";

    /// <summary>The provider of a client that does not name one, which the conventions require.</summary>
    public const string UnknownProvider = "unknown";

    /// <summary>The bounds of the buckets that the conventions ask for.</summary>
    public static readonly long[] TokenBuckets =
        [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864];

    /// <inheritdoc cref="TokenBuckets"/>
    public static readonly double[] DurationBuckets =
        [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
}
