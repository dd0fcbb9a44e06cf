using Pipeline.Vectors;

namespace Pipeline.Conformance.Vectors.Generation;

internal sealed partial class VectorSequence
{
    private async Task UpsertAsync(VectorScope scope)
    {
        var version = _model.Of(scope);
        var items = Enumerable.Range(0, _random.Chance(10) ? Ids : _random.Between(1, 6))
            .Select(_ => $"i{_random.Next(Ids)}")
            .Distinct()
            .Select(id => GeneratedVectors.NextItem(_random, id, version.Definition))
            .ToList();
        Log(scope, $"upsert {string.Join(' ', items.Select(static item => item.Id))}");
        await AnyProcess.UpsertAsync(scope, items);
        foreach (var item in items)
        {
            version.ItemsOf(scope.Tenant)[item.Id] = item;
        }
    }

    private async Task DeleteAsync(VectorScope scope)
    {
        var ids = Enumerable.Range(0, _random.Between(1, 8)).Select(_ => $"i{_random.Next(Ids)}").ToList();
        Log(scope, $"delete {string.Join(' ', ids)}");
        await AnyProcess.DeleteAsync(scope, ids);
        ids.ForEach(id => _model.ItemsOf(scope).Remove(id));
    }

    private async Task DeleteWhereAsync(VectorScope scope, VectorFilter filter)
    {
        var gone = _model.Select(scope, filter);
        Log(scope, $"delete where {GeneratedVectors.Describe(filter)}: {gone.Count}");
        await AnyProcess.DeleteWhereAsync(scope, filter);
        gone.ForEach(item => _model.ItemsOf(scope).Remove(item.Id));
    }

    private async Task DeleteAllAsync(VectorScope scope)
    {
        Log(scope, "delete all");
        await AnyProcess.DeleteAllAsync(scope);
        _model.ItemsOf(scope).Clear();
    }

    private async Task CountAsync(VectorScope scope, VectorFilter? filter)
    {
        Log(scope, $"count {GeneratedVectors.Describe(filter)}");
        var count = await AnyProcess.CountAsync(scope, filter);
        Ensure.That(count == _model.Select(scope, filter).Count, $"{count} items are counted, and {_model.Select(scope, filter).Count} are there.");
    }

    private async Task ReadAsync(VectorScope scope, VectorFilter? filter)
    {
        Log(scope, $"read {GeneratedVectors.Describe(filter)}");
        var expected = _model.Select(scope, filter).ToDictionary(static item => item.Id);
        var version = _model.Of(scope);
        await foreach (var item in AnyProcess.ReadAsync(scope, filter))
        {
            Ensure.That(expected.Remove(item.Id, out var stored), $"'{item.Id}' is read twice, or is not among what is asked for.");
            EnsureSame(version, stored!, item.Vector.Span, item.Payload);
        }

        Ensure.That(expected.Count == 0, $"Not read: {string.Join(' ', expected.Keys)}.");
    }

    private async Task SearchAsync(VectorScope scope)
    {
        var version = _model.Of(scope);
        var query = new VectorQuery
        {
            Vector = GeneratedVectors.NextVector(_random, version.Definition),
            Limit = _random.Pick([1, 2, 5, 10, VectorQuery.MaxLimit]),
            Filter = _random.Chance(50) ? NextFilter() : null,
            MinScore = _random.Chance(30) ? (_random.Next(300) - 150) / 100f : null,
            IncludeVectors = _random.Chance(30),
            Exact = _random.Chance(50),
        };
        Log(scope, $"search {query.Limit} {GeneratedVectors.Describe(query.Filter)} from {query.MinScore}{(query.Exact ? " exactly" : "")}");
        var found = await AnyProcess.SearchAsync(scope, query);
        EnsureSound(scope, version, query, found);
        if (query.Exact || _store.IsExact)
        {
            EnsureComplete(scope, version, query, found);
        }
    }

    private static void EnsureSound(VectorScope scope, ModelVersion version, VectorQuery query, IReadOnlyList<VectorMatch> found)
    {
        Ensure.That(found.Count <= query.Limit, $"{found.Count} items are found.");
        Ensure.That(found.DistinctBy(static match => match.Id).Count() == found.Count, "An item is found twice.");
        for (var i = 0; i < found.Count; i++)
        {
            Ensure.That(version.ItemsOf(scope.Tenant).TryGetValue(found[i].Id, out var stored), $"'{found[i].Id}' is found, and is not there.");
            EnsureSame(version, stored!, query.IncludeVectors ? found[i].Vector.Span : stored!.Vector.Span, found[i].Payload);
            Ensure.That(query.Filter?.Matches(stored!.Payload) ?? true, $"'{found[i].Id}' is found, and does not fulfil the filter.");
            Ensure.That(found[i].Score >= (query.MinScore ?? float.MinValue), $"'{found[i].Id}' is found with the score {found[i].Score}.");
            Ensure.That(i == 0 || found[i].Score <= found[i - 1].Score, "A nearer item comes after a farther one.");
            var score = ExactScore.Of(version.Definition.Distance, query.Vector.Span, stored!.Vector.Span);
            Ensure.That(Math.Abs(found[i].Score - score) <= Tolerance * Math.Max(1, Math.Abs(score)), $"'{stored.Id}' has the score {found[i].Score}, not {score}.");
        }
    }

    /// <summary>Whatever is clearly nearer than the last that was found, and clearly above the threshold, must be among what was found.</summary>
    private void EnsureComplete(VectorScope scope, ModelVersion version, VectorQuery query, IReadOnlyList<VectorMatch> found)
    {
        const double Clearly = 20 * Tolerance;
        var floor = Math.Max(query.MinScore ?? double.MinValue, found.Count == query.Limit ? found[^1].Score : double.MinValue);
        foreach (var item in _model.Select(scope, query.Filter).Where(item => found.All(match => match.Id != item.Id)))
        {
            var score = ExactScore.Of(version.Definition.Distance, query.Vector.Span, item.Vector.Span);
            Ensure.That(score <= floor + Clearly, $"'{item.Id}' with the score {score} is not found, though the last place is {floor}.");
        }
    }

    private static void EnsureSame(
        ModelVersion version, VectorItem stored, ReadOnlySpan<float> vector, IReadOnlyDictionary<string, VectorValue> payload)
    {
        Ensure.That(
            payload.Count == stored.Payload.Count && stored.Payload.All(field => payload.TryGetValue(field.Key, out var value) && value == field.Value),
            $"'{stored.Id}' has another payload.");
        Ensure.That(vector.Length == stored.Vector.Length, $"'{stored.Id}' has {vector.Length} components.");
        var difference = version.Definition.Distance == VectorDistance.Cosine
            ? 1 - ExactScore.Of(VectorDistance.Cosine, vector, stored.Vector.Span)
            : -ExactScore.Of(VectorDistance.Euclidean, vector, stored.Vector.Span);
        Ensure.That(difference < Tolerance * 10, $"'{stored.Id}' has another vector.");
    }
}
