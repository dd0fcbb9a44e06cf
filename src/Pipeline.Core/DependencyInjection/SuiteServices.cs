namespace Pipeline.DependencyInjection;

/// <summary>The services of one suite: those that are keyed by its name, and those that all suites share.</summary>
/// <param name="Provider">All services.</param>
/// <param name="Registry">The suite.</param>
internal sealed record SuiteServices(IServiceProvider Provider, PipelineRegistry Registry)
{
    /// <summary>Finds how types are written as JSON in this suite.</summary>
    public JsonTypeInfos Json => new(Registry.JsonContexts);

    /// <summary>Gets a service of the suite.</summary>
    public T GetRequired<T>()
        where T : notnull => Provider.GetRequiredPipelineService<T>(Registry.Name);
}
