using System.Text.Json.Serialization.Metadata;
using Pipeline.Caching;
using Pipeline.DependencyInjection;

namespace Pipeline.Steps;

/// <summary>Makes the key under which the answer to a call is cached.</summary>
internal sealed class StepCacheKey<TIn>
{
    private readonly CacheScope _scope;
    private readonly Func<TIn, string?>? _selector;
    private readonly JsonTypeInfo<TIn>? _input;

    /// <param name="step">The step's name.</param>
    /// <param name="scope">Who shares the answer.</param>
    /// <param name="selector">Finds what stands for the input in the key; <see langword="null"/> for the input itself.</param>
    /// <param name="json">Finds how the input is written.</param>
    /// <exception cref="InvalidOperationException">Nothing says how the input is written.</exception>
    public StepCacheKey(string step, CacheScope scope, Func<TIn, string?>? selector, JsonTypeInfos json)
    {
        _scope = scope;
        _selector = selector;
        try
        {
            _input = selector is null ? json.Get<TIn>() : null;
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidOperationException($"Step '{step}' is cached by its input. {e.Message} Or give its cache a Key of its own.", e);
        }
    }

    /// <returns>The key; <see langword="null"/> for a call that is not cached.</returns>
    public string? Of(TIn input, StepContext context)
    {
        if (_selector is null)
        {
            return From(input, _input!, context);
        }

        return _selector(input) is { } own ? From(own, StepCacheJsonContext.Default.String, context) : null;
    }

    private string From<T>(T identity, JsonTypeInfo<T> typeInfo, StepContext context) =>
        CacheKey.From(identity, typeInfo, context.StepName, context.Version, context.Model, context.Call.Tenant, _scope);
}
