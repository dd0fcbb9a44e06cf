using Pipeline.Vectors;

namespace Pipeline.Conformance.Vectors.Generation;

internal sealed partial class VectorSequence
{
    private async Task EnsureAsync()
    {
        var live = _model.Versions[_model.Live];
        var wanted = live.Definition with { FilterFields = GeneratedVectors.NextFields(_random) };
        Log($"ensure {string.Join(' ', wanted.FilterFields.Keys)}");
        var ensured = await AnyProcess.Collections.EnsureAsync(wanted);
        live.Definition = live.Definition with { FilterFields = live.Definition.FilterFields.Concat(wanted.FilterFields).DistinctBy(static one => one.Key).ToDictionary() };
        EnsureDescribed(_model.Live, live, ensured);
    }

    private async Task BuildAsync()
    {
        if (_model.Versions.Count >= MostVersions)
        {
            return;
        }

        var definition = GeneratedVectors.NextDefinition(_random, _model.Name);
        var number = _model.Build(definition);
        Log($"build {number}: {definition.Dimension} dimensions, {definition.Distance}");
        EnsureDescribed(number, _model.Versions[number], await AnyProcess.Collections.BuildAsync(definition));
    }

    private async Task ValidateAsync()
    {
        var number = _random.Pick([.. _model.Versions.Keys]);
        var version = _model.Versions[number];
        var minItems = _random.Chance(50) ? (long?)null : _random.Next(10);
        var required = minItems ?? _model.Versions[_model.Live].Count;
        Log($"validate {number} for {required} items, has {version.Count}");
        var found = await AnyProcess.Collections.ValidateAsync(_model.Name, number, new VectorValidationOptions { MinItems = minItems, SampleSize = 20 });
        Ensure.That(found.Items == version.Count && found.LiveItems == _model.Versions[_model.Live].Count, $"It counts {found.Items} and {found.LiveItems} items.");
        Ensure.That(found.SampleSize == Math.Min(20, version.Count), $"It searched for {found.SampleSize} items.");
        Ensure.That(!_store.IsExact || found.Recall == 1, $"It found {found.Recall} of the nearest.");
        Ensure.That(found.IsValid == (version.Count >= required && found.Recall >= 0.95), $"It says: {string.Join(' ', found.Problems)}");
        if (version.State is VectorVersionState.Building or VectorVersionState.Validated)
        {
            version.State = found.IsValid ? VectorVersionState.Validated : VectorVersionState.Building;
        }

        await ListAsync();
    }

    private async Task SwitchAsync()
    {
        var number = _random.Pick([.. _model.Versions.Keys]);
        var mayGoLive = _model.Versions[number].State != VectorVersionState.Building;
        Log($"switch to {number}, {_model.Versions[number].State}");
        var failed = await FailsAsync(() => AnyProcess.Collections.SwitchAsync(_model.Name, number));
        Ensure.That(failed != mayGoLive, failed ? "The version did not go live." : "A version went live that was not validated.");
        if (mayGoLive)
        {
            _model.Switch(number);
        }

        await ListAsync();
    }

    private async Task RetireAsync()
    {
        var number = _random.Chance(20) ? 1_000 : _random.Pick([.. _model.Versions.Keys]);
        Log($"retire {number}");
        var failed = await FailsAsync(() => AnyProcess.Collections.RetireAsync(_model.Name, number));
        Ensure.That(failed == (number == _model.Live), failed ? "The version was not retired." : "The live version was retired.");
        if (!failed)
        {
            _model.Versions.Remove(number);
        }

        await ListAsync();
    }

    private async Task ListAsync()
    {
        var listed = await AnyProcess.Collections.ListAsync(_model.Name);
        Ensure.That(listed.Count == _model.Versions.Count, $"{listed.Count} versions are listed.");
        foreach (var (one, (number, expected)) in listed.Zip(_model.Versions.Reverse()))
        {
            EnsureDescribed(number, expected, one);
        }
    }

    private static void EnsureDescribed(int number, ModelVersion expected, VectorCollectionVersion actual)
    {
        var (wanted, given) = (expected.Definition, actual.Definition);
        Ensure.That(actual.Version == number && actual.State == expected.State, $"Version {number} is {actual.Version}, {actual.State}, not {expected.State}.");
        Ensure.That(
            (wanted.Name, wanted.Model, wanted.Dimension, wanted.Distance) == (given.Name, given.Model, given.Dimension, given.Distance),
            $"Version {number} is of another definition.");
        Ensure.That(
            wanted.FilterFields.Count == given.FilterFields.Count
            && wanted.FilterFields.All(field => given.FilterFields.TryGetValue(field.Key, out var kind) && kind == field.Value),
            $"Version {number} indexes {string.Join(' ', given.FilterFields.Keys)}.");
    }

    private static async Task<bool> FailsAsync(Func<ValueTask> call)
    {
        try
        {
            await call();
            return false;
        }
        catch (VectorCollectionException)
        {
            return true;
        }
    }
}
