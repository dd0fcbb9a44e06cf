using Microsoft.Extensions.Options;
using Pipeline.Caching;
using Pipeline.DependencyInjection;

namespace Pipeline.Steps;

public sealed partial class StreamingStepBuilder<TIn, TItem>
{
    private StepCacheBuilder<TIn, IReadOnlyList<TItem>>? _cache;

    /// <summary>Caches the step's answers whole, under the input and all else that makes an answer: tenant, step, version and model.</summary>
    /// <param name="freshFor">How long an answer is fresh. Everything else is as the suite's default entry (<c>Caching:Default</c>) has it.</param>
    /// <param name="configure">Whose answers, under which key and tags; <see langword="null"/> for the defaults.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// <para>
    /// An answer that is kept is replayed item by item. One that is not reaches the caller as the step makes it, and is kept once it is complete:
    /// not if the step fails, if the caller cancels or stops early, or if it is larger than the cache takes.
    /// </para>
    /// <para>
    /// Equal calls at the same time do not share a run, since items that are on their way to one caller cannot go to another without being held
    /// back. A stale answer stands in for a step that fails before its first item; time-outs, early refresh and fill lease of the entry are for
    /// steps that answer at once.
    /// </para>
    /// </remarks>
    public StreamingStepBuilder<TIn, TItem> Cache(TimeSpan freshFor, Action<StepCacheBuilder<TIn, IReadOnlyList<TItem>>>? configure = null) =>
        Cache(StepCacheSource.FreshFor(freshFor), configure);

    /// <summary>Caches the step's answers whole, as an entry preset says.</summary>
    /// <param name="preset">The preset's name (<c>AddCachePreset</c>).</param>
    /// <param name="configure">Whose answers, under which key and tags; <see langword="null"/> for the defaults.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="preset"/> is null or empty.</exception>
    /// <remarks>
    /// See <see cref="Cache(TimeSpan, Action{StepCacheBuilder{TIn, IReadOnlyList{TItem}}}?)"/>. A preset that is not declared stops the start.
    /// </remarks>
    public StreamingStepBuilder<TIn, TItem> Cache(string preset, Action<StepCacheBuilder<TIn, IReadOnlyList<TItem>>>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(preset);
        return Cache(StepCacheSource.Preset(preset), configure);
    }

    /// <summary>Caches the step's answers whole, as an entry of its own says.</summary>
    /// <param name="entry">Changes a copy of the suite's default entry (<c>Caching:Default</c>).</param>
    /// <param name="configure">Whose answers, under which key and tags; <see langword="null"/> for the defaults.</param>
    /// <returns>The builder.</returns>
    /// <remarks>See <see cref="Cache(TimeSpan, Action{StepCacheBuilder{TIn, IReadOnlyList{TItem}}}?)"/>.</remarks>
    public StreamingStepBuilder<TIn, TItem> Cache(
        Action<CacheEntryPreset> entry, Action<StepCacheBuilder<TIn, IReadOnlyList<TItem>>>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return Cache(StepCacheSource.Own(entry), configure);
    }

    private StreamingStepBuilder<TIn, TItem> Cache(
        Func<TieredCache, string, CachePolicy> policy, Action<StepCacheBuilder<TIn, IReadOnlyList<TItem>>>? configure)
    {
        _cache = new(policy);
        configure?.Invoke(_cache);
        return this;
    }

    /// <exception cref="InvalidOperationException">Nothing says how input or items are written, or the preset is not declared.</exception>
    /// <exception cref="OptionsValidationException">A setting is out of range.</exception>
    private StreamingCacheStage<TIn, TItem>? CacheStageOf(SuiteServices services, RunEnvironment environment)
    {
        if (_cache?.Build(Name, services) is not { } settings)
        {
            return null;
        }

        var items = settings.SerializerOf<TItem>();
        settings.Cache.Core.Serializers.Use(new CachedStreamSerializer<TItem>(items));
        return new(settings, items, environment.Meter);
    }
}
