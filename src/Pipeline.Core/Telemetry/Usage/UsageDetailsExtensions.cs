using Microsoft.Extensions.AI;

namespace Pipeline.Telemetry;

/// <summary>Reads what a provider says of the tokens that a call used.</summary>
public static class UsageDetailsExtensions
{
    // Far above what a call can use, and far enough below the greatest number that sums of many reports have room.
    private const long MaxCount = 1L << 53;

    private static readonly string[] CacheWriteNames = ["cachecreationinputtokens", "cachewriteinputtokens", "cachewritetokens", "cachecreationtokens"];
    private static readonly string[] CacheReadNames = ["cachereadinputtokens", "cachereadtokens"];
    private static readonly string[] CachedNames = ["inputtokendetailscachedtokencount", "cachedinputtokencount", "cachedtokens"];
    private static readonly string[] ReasoningNames = ["outputtokendetailsreasoningtokencount", "reasoningtokencount", "reasoningtokens"];

    /// <summary>Takes the counts apart, so that each token is in one bucket.</summary>
    /// <param name="details">The counts, or <see langword="null"/> where the provider says nothing.</param>
    /// <returns>The tokens; zero in every bucket where nothing is known.</returns>
    /// <remarks>
    /// <para>
    /// Cached tokens are a part of <see cref="UsageDetails.InputTokenCount"/>, and reasoning is a part of <see cref="UsageDetails.OutputTokenCount"/>,
    /// as these say. Some clients count otherwise, which shows and is heeded: the total is greater than input and output by just such a part
    /// (Gemini's thoughts), a part is greater than the whole, or the cached tokens stand only in
    /// <see cref="UsageDetails.AdditionalCounts"/> under Anthropic's names (<c>CacheReadInputTokens</c>, <c>CacheCreationInputTokens</c>), whose
    /// input is without them.
    /// </para>
    /// <para>
    /// Where input or output is missing, the total tells it. With a total alone, all tokens are uncached input, as for embeddings. A negative count
    /// is none.
    /// </para>
    /// </remarks>
    public static TokenUsage ToTokenUsage(this UsageDetails? details)
    {
        if (details is null)
        {
            return default;
        }

        var raw = RawUsage.Of(details);
        var (input, output) = Whole(raw);
        var surplus = raw.Total is { } total ? total - input - output : 0;

        // In which part of the counts the total finds the tokens that input and output leave out; the first that fits.
        var cache = raw.CacheRead + raw.CacheWrite;
        var isReasoningApart = raw.Reasoning > output || (surplus > 0 && (surplus == raw.Reasoning || surplus == raw.Reasoning + cache));
        var isCacheApart = cache > input
            || (surplus > 0 && (surplus == cache || surplus == raw.Reasoning + cache) && !(isReasoningApart && surplus == raw.Reasoning))
            || (raw.IsCacheNamedApart && (raw.Total is null || surplus != 0));
        return new TokenUsage
        {
            UncachedInput = isCacheApart ? input : input - cache,
            CachedInput = raw.CacheRead,
            CacheWrite = raw.CacheWrite,
            Output = isReasoningApart ? output : output - raw.Reasoning,
            Reasoning = raw.Reasoning,
        };
    }

    private static (long Input, long Output) Whole(in RawUsage raw) => (raw.Input, raw.Output, raw.Total) switch
    {
        ({ } input, { } output, _) => (input, output),
        ({ } input, null, { } total) => (input, Math.Max(0, total - input)),
        (null, { } output, { } total) => (Math.Max(0, total - output), output),
        (null, null, { } total) => (Math.Max(0, total - raw.Reasoning), Math.Min(total, raw.Reasoning)),
        _ => (raw.Input ?? 0, raw.Output ?? 0),
    };

    private readonly record struct RawUsage(
        long? Input, long? Output, long? Total, long CacheRead, long CacheWrite, long Reasoning, bool IsCacheNamedApart)
    {
        public static RawUsage Of(UsageDetails details)
        {
            var named = Find(details, CacheReadNames);
            var cached = Count(details.CachedInputTokenCount) ?? Find(details, CachedNames);
            var write = Find(details, CacheWriteNames);
            return new RawUsage(
                Count(details.InputTokenCount),
                Count(details.OutputTokenCount),
                Count(details.TotalTokenCount),
                cached ?? named ?? 0,
                write ?? 0,
                Count(details.ReasoningTokenCount) ?? Find(details, ReasoningNames) ?? 0,
                cached is null && (named is not null || write is not null));
        }

        private static long? Count(long? count) => count is { } number ? Math.Clamp(number, 0, MaxCount) : null;

        private static long? Find(UsageDetails details, string[] names)
        {
            if (details.AdditionalCounts is { } counts)
            {
                foreach (var (name, count) in counts)
                {
                    if (names.Contains(Plain(name), StringComparer.Ordinal))
                    {
                        return Count(count);
                    }
                }
            }

            return null;
        }

        // Adapters spell one count as CacheReadInputTokens, cache_read_input_tokens or InputTokenDetails.CachedTokenCount.
        private static string Plain(string name) => string.Concat(name.Where(char.IsAsciiLetter)).ToLowerInvariant();
    }
}
