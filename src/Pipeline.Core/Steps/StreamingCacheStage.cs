using System.Runtime.CompilerServices;
using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Caching;
using Pipeline.Telemetry;

namespace Pipeline.Steps;

/// <summary>Replays the answers to equal calls from the cache, and keeps those that the step completes.</summary>
/// <param name="settings">What the stage works with.</param>
/// <param name="items">Writes one item.</param>
/// <param name="meter">Prices what an answer took; <see langword="null"/> where nothing does.</param>
internal sealed class StreamingCacheStage<TIn, TItem>(
    StepCacheSettings<TIn, IReadOnlyList<TItem>> settings, IHybridCacheSerializer<TItem> items, UsageMeter? meter)
    : IStreamingStepStage<TIn, TItem>
{
    public StepStageOrder Order => StepStageOrder.Cache;

    public IAsyncEnumerable<TItem> InvokeAsync(
        TIn input, StepContext context, StreamingStepDelegate<TIn, TItem> next, CancellationToken cancellationToken) =>
        settings.Key.Of(input, context) is { } key
            ? AskAsync(key, input, context, next, cancellationToken)
            : next(input, context, cancellationToken);

    private async IAsyncEnumerable<TItem> AskAsync(
        string key,
        TIn input,
        StepContext context,
        StreamingStepDelegate<TIn, TItem> next,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = await FindAsync(key, cancellationToken).ConfigureAwait(false);
        context.CacheOutcome = found.Outcome is CacheOutcome.Hit or CacheOutcome.Failed ? found.Outcome : CacheOutcome.Miss;
        var replayed = found.Outcome == CacheOutcome.Hit ? found.Value : null;
        if (replayed is not null)
        {
            context.Avoid(found.Origin);
        }
        else
        {
            using var fill = await settings.Cache.BeginFillAsync(key, settings.Tags?.Invoke(input), cancellationToken).ConfigureAwait(false);
            var stream = next(input, context, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (stream.ConfigureAwait(false))
            {
                var hasFirst = await TryFirstAsync(stream, canFail: found.Value is not null, cancellationToken).ConfigureAwait(false);
                if (hasFirst is { } more)
                {
                    var collector = new StreamCollector<TItem>(items, settings.Cache.Core, settings.Keep is not null);
                    for (; more; more = await stream.MoveNextAsync().ConfigureAwait(false))
                    {
                        var item = stream.Current;
                        collector.Add(item);
                        yield return item;
                    }

                    // Reached only by a stream that came to its end: one that fails or is left early ends above.
                    if (meter is not null)
                    {
                        context.Settle(meter);
                    }

                    fill.Origin = context.ToOrigin();
                    await KeepAsync(fill, collector, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    context.CacheOutcome = CacheOutcome.StaleHit;
                    context.Avoid(found.Origin);
                    replayed = found.Value;
                }
            }
        }

        foreach (var item in replayed?.Items ?? [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    /// <returns>Whether there is an item; <see langword="null"/> if the step failed and may.</returns>
    private static async ValueTask<bool?> TryFirstAsync(IAsyncEnumerator<TItem> stream, bool canFail, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception) when (canFail && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private ValueTask<CacheAnswer<CachedStream<TItem>?>> FindAsync(string key, CancellationToken cancellationToken) =>
        settings.Cache.AskAsync<object?, CachedStream<TItem>?>(
            key,
            state: null,
            static (_, _, _) => default,
            settings.Policy,
            tags: null,
            HybridCacheEntryFlags.DisableUnderlyingData,
            keep: null,
            cancellationToken);

    private ValueTask KeepAsync(CacheFill fill, StreamCollector<TItem> collector, CancellationToken cancellationToken) =>
        collector.IsWhole && settings.Keep?.Invoke(collector.Items) is not false
            ? settings.Cache.StoreAsync(fill, collector.ToStream(), settings.Policy, cancellationToken)
            : default;
}
