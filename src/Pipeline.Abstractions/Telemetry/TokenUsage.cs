using System.Numerics;

namespace Pipeline.Telemetry;

/// <summary>The tokens that a call used, in buckets that do not overlap: each token is in exactly one, so each can be priced by itself.</summary>
/// <remarks>
/// Providers report overlapping numbers (cached tokens inside the input, reasoning inside the output): whoever fills this type takes them apart.
/// Immutable, hence thread safe. The default value is zero in every bucket.
/// </remarks>
public readonly record struct TokenUsage : IAdditionOperators<TokenUsage, TokenUsage, TokenUsage>
{
    /// <summary>Input tokens that the provider neither read from nor wrote to its prompt cache.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long UncachedInput
    {
        get;
        init => field = NotNegative(value, nameof(UncachedInput));
    }

    /// <summary>Input tokens that the provider read from its prompt cache.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long CachedInput
    {
        get;
        init => field = NotNegative(value, nameof(CachedInput));
    }

    /// <summary>Input tokens that the provider wrote to its prompt cache.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long CacheWrite
    {
        get;
        init => field = NotNegative(value, nameof(CacheWrite));
    }

    /// <summary>Output tokens of the answer itself, without reasoning.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long Output
    {
        get;
        init => field = NotNegative(value, nameof(Output));
    }

    /// <summary>Output tokens that the model spent on reasoning.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long Reasoning
    {
        get;
        init => field = NotNegative(value, nameof(Reasoning));
    }

    /// <summary>All input tokens: uncached, cached and written to the cache.</summary>
    /// <exception cref="OverflowException">The sum is above <see cref="long.MaxValue"/>.</exception>
    public long TotalInput => checked(UncachedInput + CachedInput + CacheWrite);

    /// <summary>All output tokens: answer and reasoning.</summary>
    /// <exception cref="OverflowException">The sum is above <see cref="long.MaxValue"/>.</exception>
    public long TotalOutput => checked(Output + Reasoning);

    /// <summary>All tokens.</summary>
    /// <exception cref="OverflowException">The sum is above <see cref="long.MaxValue"/>.</exception>
    public long Total => checked(TotalInput + TotalOutput);

    /// <summary>Adds two usages, bucket by bucket.</summary>
    /// <param name="left">The one usage.</param>
    /// <param name="right">The other usage.</param>
    /// <returns>The sum.</returns>
    /// <exception cref="OverflowException">A bucket's sum is above <see cref="long.MaxValue"/>.</exception>
    public static TokenUsage operator +(TokenUsage left, TokenUsage right) => Add(left, right);

    /// <inheritdoc cref="op_Addition"/>
    public static TokenUsage Add(TokenUsage left, TokenUsage right) => checked(new TokenUsage
    {
        UncachedInput = left.UncachedInput + right.UncachedInput,
        CachedInput = left.CachedInput + right.CachedInput,
        CacheWrite = left.CacheWrite + right.CacheWrite,
        Output = left.Output + right.Output,
        Reasoning = left.Reasoning + right.Reasoning,
    });

    private static long NotNegative(long value, string property)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value, property);
        return value;
    }
}
