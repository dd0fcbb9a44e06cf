using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Steps;

namespace Pipeline.Benchmarks.Steps;

/// <summary>What the runner costs around a step that does nothing and asks for nothing.</summary>
[MemoryDiagnoser]
public class StepRunnerBenchmarks
{
    private readonly EmptyStep _step = new();
    private readonly StepContext _context = new("empty");
    private ServiceProvider _services = null!;
    private IStepRunner<int, int> _runner = null!;

    [GlobalSetup]
    public void Build()
    {
        var services = new ServiceCollection();
        services.AddPipeline().AddStep<int, int, EmptyStep>("empty");
        _services = services.BuildServiceProvider();
        _runner = _services.GetRequiredService<IStepRunner<int, int>>();
    }

    [GlobalCleanup]
    public void Dispose() => _services.Dispose();

    /// <summary>The raw limit: the step called by hand.</summary>
    [Benchmark(Baseline = true)]
    public async Task<int> BareCall() => await _step.ExecuteAsync(1, _context, CancellationToken.None);

    /// <summary>The same call through the runner.</summary>
    [Benchmark]
    public async Task<int> Runner() => (await _runner.RunAsync(1)).Value;
}
