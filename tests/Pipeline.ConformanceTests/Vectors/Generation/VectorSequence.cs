using System.Globalization;
using System.Text;
using Pipeline.Vectors;
using Xunit.Sdk;

namespace Pipeline.Conformance.Vectors.Generation;

/// <summary>
/// Runs one generated sequence of operations, one after another, on an index that two processes opened, and compares each answer with a model. Tenants
/// have the same ids, vectors and payloads, so that whatever crosses between them shows.
/// </summary>
internal sealed partial class VectorSequence
{
    private const int Ids = 40;
    private const int MostVersions = 4;
    private const float Tolerance = 0.001f;

    private static readonly string[] Tenants = ["acme", "acme2", "ACME"];

    private readonly VectorIndexTestStore _store;
    private readonly SeededRandom _random;
    private readonly ulong _seed;
    private readonly IReadOnlyList<IVectorIndex> _processes;
    private readonly VectorModel _model;
    private readonly StringBuilder _log = new();
    private int _operation;

    private VectorSequence(
        VectorIndexTestStore store, ulong seed, SeededRandom random, IReadOnlyList<IVectorIndex> processes, VectorCollectionDefinition definition)
    {
        _store = store;
        _seed = seed;
        _random = random;
        _processes = processes;
        _model = new VectorModel(definition);
    }

    private IVectorIndex AnyProcess => _random.Pick(_processes);

    /// <summary>Runs one sequence.</summary>
    public static async Task RunAsync(VectorIndexTestStore store, ulong seed, int operations)
    {
        var random = new SeededRandom(seed);
        IVectorIndex[] processes = [await store.OpenAsync(), await store.OpenAsync()];
        var definition = GeneratedVectors.NextDefinition(random, $"sequence-{Guid.NewGuid():N}");
        await processes[0].Collections.EnsureAsync(definition);
        await new VectorSequence(store, seed, random, processes, definition).RunAsync(operations);
    }

    private async Task RunAsync(int operations)
    {
        try
        {
            for (_operation = 1; _operation <= operations; _operation++)
            {
                await NextAsync();
            }

            foreach (var scope in _model.Versions.Keys.SelectMany(static version => Tenants.Select(tenant => (version, tenant))))
            {
                await ReadAsync(new VectorScope(_model.Name, scope.tenant, scope.version), filter: null);
            }
        }
        catch (Exception failure)
        {
            var problem = failure is XunitException ? failure.Message : $"{failure.GetType().Name}: {failure.Message}";
            throw new XunitException($"Seed {_seed}, operation {_operation}: {problem}\n{_log}", failure);
        }
    }

    private Task NextAsync() => _random.Next(100) switch
    {
        < 30 => UpsertAsync(NextScope()),
        < 38 => DeleteAsync(NextScope()),
        < 42 => DeleteWhereAsync(NextScope(), NextFilter()),
        < 44 => DeleteAllAsync(NextScope()),
        < 68 => SearchAsync(NextScope()),
        < 76 => CountAsync(NextScope(), _random.Chance(50) ? NextFilter() : null),
        < 82 => ReadAsync(NextScope(), _random.Chance(50) ? NextFilter() : null),
        < 85 => EnsureAsync(),
        < 88 => BuildAsync(),
        < 92 => ValidateAsync(),
        < 96 => SwitchAsync(),
        _ => RetireAsync(),
    };

    private VectorScope NextScope()
    {
        var version = _random.Chance(60) ? (int?)null : _random.Pick([.. _model.Versions.Keys]);
        return new VectorScope(_model.Name, _random.Pick(Tenants), version);
    }

    private VectorFilter NextFilter() => GeneratedVectors.NextFilter(_random, depth: 3);

    private void Log(string operation) => _log.AppendLine(CultureInfo.InvariantCulture, $"{_operation,3}  {operation}");

    private void Log(VectorScope scope, string operation) => Log($"{scope.Tenant} v{scope.Version?.ToString(CultureInfo.InvariantCulture) ?? "-"} {operation}");
}
