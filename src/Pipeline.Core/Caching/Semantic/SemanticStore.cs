using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Backends;
using Pipeline.Steps;
using Pipeline.Vectors;

namespace Pipeline.Caching;

/// <summary>Keeps requests in a vector index and their answers in a cache backend. Thread safe.</summary>
/// <remarks>
/// The key of an answer is made of the asking call's own scope and the stored text, so that not even an index that mixed tenants or steps up could make an
/// answer cross.
/// </remarks>
[Experimental(SemanticCache.DiagnosticId)]
internal sealed class SemanticStore(
    string suite, SemanticEmbedder embedder, IVectorIndex index, ICacheBackend cache, TieredCache tiered, TimeProvider time)
{
    private const string TextField = "text";
    private const string GroupField = "group";
    private const string UntilField = "until";
    private const string KeyPrefix = "semantic:";
    private const string AllTag = "*";
    private const int MostCandidates = 5;

    private readonly ConcurrentDictionary<(string Model, int Dimension), string> _collections = new();
    private readonly SemanticSweep _sweep = new();

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    public static string TextOf(VectorMatch match) => match.Payload[TextField].AsText;

    /// <exception cref="InvalidOperationException">Nothing says how the answer is stored.</exception>
    public StepValueSerializer<T> SerializerOf<T>() => new(tiered.Core.Serializers.Get<T>());

    public ValueTask InvalidateStepAsync(string step, CancellationToken cancellationToken) => cache.InvalidateTagAsync(StepTag(step), cancellationToken);

    public async Task<SemanticPlace> EmbedAsync<T>(SemanticRequest<T> request, CancellationToken cancellationToken)
    {
        var (vector, model, charge) = await embedder.EmbedAsync(request.Text, cancellationToken).ConfigureAwait(false);
        request.Charge = charge;
        var collection = await EnsureAsync(model, vector.Length, cancellationToken).ConfigureAwait(false);
        var scope = request.Scope;
        return new(new VectorScope(collection, scope.Tenant), HashOf("", scope), vector);
    }

    /// <summary>Finds the nearest stored requests, nearest first.</summary>
    public async Task<IReadOnlyList<VectorMatch>> SearchAsync(SemanticPlace place, float minScore, CancellationToken cancellationToken)
    {
        var query = new VectorQuery
        {
            Vector = place.Vector,
            Limit = MostCandidates,
            MinScore = minScore,
            Filter = VectorFilter.All(VectorFilter.EqualTo(GroupField, place.Group), VectorFilter.Between(UntilField, min: Now)),
        };
        try
        {
            return await index.SearchAsync(place.Vectors, query, cancellationToken).ConfigureAwait(false);
        }
        catch (VectorCollectionException)
        {
            // Somebody took the collection away: the next look-up makes it anew.
            _collections.Clear();
            throw;
        }
    }

    /// <returns>The answer to a stored request; <see langword="null"/> where it is there no more. Then the request goes, too.</returns>
    public async Task<StepValue<T>?> ReadAsync<T>(SemanticRequest<T> request, SemanticPlace place, VectorMatch match, CancellationToken cancellationToken)
    {
        using var buffer = new PooledBuffer();
        var found = await cache.TryGetAsync(KeyOf(request.Scope, TextOf(match)), buffer, CacheReadOptions.None, cancellationToken).ConfigureAwait(false);
        if (found.IsFresh && TryDeserialize(request.Serializer, buffer.Written, out var value))
        {
            return value;
        }

        await index.DeleteAsync(place.Vectors, [match.Id], cancellationToken).ConfigureAwait(false);
        return null;
    }

    public async Task<TagGenerations> ReadGenerationsAsync<T>(SemanticRequest<T> request, CancellationToken cancellationToken) =>
        await cache.ReadGenerationsAsync([.. request.Tags, AllTag, StepTag(request.Scope.Step)], cancellationToken).ConfigureAwait(false);

    /// <returns>Whether the answer was kept; <see langword="false"/> where it is too large.</returns>
    public async Task<bool> KeepAsync<T>(SemanticRequest<T> request, SemanticRoom room, StepValue<T> value, CancellationToken cancellationToken)
    {
        using var buffer = new PooledBuffer();
        request.Serializer.Serialize(value, buffer);
        if (buffer.Length > tiered.Core.MaxValueBytes)
        {
            return false;
        }

        var key = KeyOf(request.Scope, request.Text);
        var freshFor = request.Options.FreshFor;
        await cache.SetAsync(
            key, new ReadOnlySequence<byte>(buffer.Written), new CacheEntryOptions { FreshFor = freshFor, Tags = room.Tags }, cancellationToken).ConfigureAwait(false);
        var until = Now + (long)freshFor.TotalMilliseconds;
        var item = new VectorItem
        {
            Id = key,
            Vector = room.Place.Vector,
            Payload = new Dictionary<string, VectorValue>(StringComparer.Ordinal)
            {
                [TextField] = request.Text,
                [GroupField] = room.Place.Group,
                [UntilField] = until,
            },
        };
        await index.UpsertAsync(room.Place.Vectors, [item], cancellationToken).ConfigureAwait(false);
        _sweep.Note(room.Place.Vectors, until);
        await SweepAsync(freshFor, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Deletes what has expired in one place, of whichever tenant: there is no timer that would.</summary>
    private async Task SweepAsync(TimeSpan again, CancellationToken cancellationToken)
    {
        if (_sweep.TakeDue(Now) is not { } place)
        {
            return;
        }

        await index.DeleteWhereAsync(place, VectorFilter.Between(UntilField, max: Now), cancellationToken).ConfigureAwait(false);
        if (await index.CountAsync(place, cancellationToken: cancellationToken).ConfigureAwait(false) > 0)
        {
            _sweep.Note(place, Now + (long)again.TotalMilliseconds);
        }
    }

    private async Task<string> EnsureAsync(string model, int dimension, CancellationToken cancellationToken)
    {
        if (_collections.TryGetValue((model, dimension), out var known))
        {
            return known;
        }

        var name = CollectionOf(model, dimension);
        await index.Collections.EnsureAsync(
            new VectorCollectionDefinition
            {
                Name = name,
                Model = model,
                Dimension = dimension,
                FilterFields = new Dictionary<string, VectorValueKind>(StringComparer.Ordinal)
                {
                    [GroupField] = VectorValueKind.Text,
                    [UntilField] = VectorValueKind.WholeNumber,
                },
            },
            cancellationToken).ConfigureAwait(false);
        return _collections.GetOrAdd((model, dimension), name);
    }

    // Models have long names at times, and suites too.
    private string CollectionOf(string model, int dimension)
    {
        var name = FormattableString.Invariant($"semantic-cache:{suite}:{model}:{dimension}");
        return StoredName.FindProblem(name) is null ? name : $"semantic-cache:{HashOf(name, new SemanticCacheScope("all", "collection"))}";
    }

    private static string KeyOf(SemanticCacheScope scope, string text) => KeyPrefix + HashOf(text, scope);

    private static string StepTag(string step) => KeyPrefix + HashOf("", new SemanticCacheScope("all", step));

    private static string HashOf(string text, SemanticCacheScope scope) =>
        CacheKey.From(text, StepCacheJsonContext.Default.String, scope.Step, scope.StepVersion, scope.Model, scope.Tenant);

    private static bool TryDeserialize<T>(IHybridCacheSerializer<StepValue<T>> serializer, ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out StepValue<T>? value)
    {
        try
        {
            value = serializer.Deserialize(new ReadOnlySequence<byte>(bytes));
            return true;
        }
#pragma warning disable CA1031 // Of another version, or damaged: no answer, whatever the serializer makes of it.
        catch (Exception)
#pragma warning restore CA1031
        {
            value = null;
            return false;
        }
    }
}
