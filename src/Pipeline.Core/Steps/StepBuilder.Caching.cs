using Microsoft.Extensions.Options;
using Pipeline.Caching;
using Pipeline.DependencyInjection;

namespace Pipeline.Steps;

public sealed partial class StepBuilder<TIn, TOut>
{
    private StepCacheBuilder<TIn, TOut>? _cache;

    /// <summary>Caches the step's answers, under the input and all else that makes an answer: tenant, step, version and model.</summary>
    /// <param name="freshFor">How long an answer is fresh. Everything else is as the suite's default entry (<c>Caching:Default</c>) has it.</param>
    /// <param name="configure">Whose answers, under which key and tags; <see langword="null"/> for the defaults.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// <para>
    /// Equal calls at the same time share one run of the step, which belongs to the caller who came first: it runs on that caller's behalf, and
    /// that caller's record alone has its usage. It goes on for the others if that caller gives up, and is stopped when all have. What it throws,
    /// all get, and nothing is kept. A run that goes on without its caller (after a cancellation, a soft time-out or an early refresh) has
    /// a telemetry record of its own.
    /// </para>
    /// <para>
    /// Validation and rate limits stand outside of the cache: a call that it answers goes through them, too. Time-outs, retries, circuit breaker and
    /// concurrency stand inside: they hold for the run.
    /// </para>
    /// </remarks>
    public StepBuilder<TIn, TOut> Cache(TimeSpan freshFor, Action<StepCacheBuilder<TIn, TOut>>? configure = null) =>
        Cache(StepCacheSource.FreshFor(freshFor), configure);

    /// <summary>Caches the step's answers as an entry preset says.</summary>
    /// <param name="preset">The preset's name (<c>AddCachePreset</c>).</param>
    /// <param name="configure">Whose answers, under which key and tags; <see langword="null"/> for the defaults.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="preset"/> is null or empty.</exception>
    /// <remarks>See <see cref="Cache(TimeSpan, Action{StepCacheBuilder{TIn, TOut}}?)"/>. A preset that is not declared stops the start.</remarks>
    public StepBuilder<TIn, TOut> Cache(string preset, Action<StepCacheBuilder<TIn, TOut>>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(preset);
        return Cache(StepCacheSource.Preset(preset), configure);
    }

    /// <summary>Caches the step's answers as an entry preset of its own says.</summary>
    /// <param name="entry">Changes a copy of the suite's default entry (<c>Caching:Default</c>).</param>
    /// <param name="configure">Whose answers, under which key and tags; <see langword="null"/> for the defaults.</param>
    /// <returns>The builder.</returns>
    /// <remarks>See <see cref="Cache(TimeSpan, Action{StepCacheBuilder{TIn, TOut}}?)"/>.</remarks>
    public StepBuilder<TIn, TOut> Cache(Action<CacheEntryPreset> entry, Action<StepCacheBuilder<TIn, TOut>>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return Cache(StepCacheSource.Own(entry), configure);
    }

    private StepBuilder<TIn, TOut> Cache(Func<TieredCache, string, CachePolicy> policy, Action<StepCacheBuilder<TIn, TOut>>? configure)
    {
        _cache = new(policy);
        configure?.Invoke(_cache);
        return this;
    }

    /// <exception cref="InvalidOperationException">Nothing says how input or answers are written, or the preset is not declared.</exception>
    /// <exception cref="OptionsValidationException">A setting is out of range.</exception>
    private StepCacheStage<TIn, TOut>? CacheStageOf(SuiteServices services, RunEnvironment environment)
    {
        if (_cache?.Build(Name, services) is not { } settings)
        {
            return null;
        }

        if (!(settings.Cache.Core.IsBackendLocal && ValueKind<TOut>.IsPlain))
        {
            settings.SerializerOf<TOut>();
        }

        return new(settings, new StepRecorder(Name, environment), environment);
    }
}
