using Pipeline.Steps;

namespace Pipeline.DependencyInjection;

/// <summary>A queue, step, chain, worker, cache preset or rate limit rule that was declared.</summary>
/// <param name="Section">The section of the configuration that it is bound from, one of <see cref="Sections.All"/>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Check">Makes it, and so finds what is wrong with it, when the application starts.</param>
internal record ItemRegistration(string Section, string Name, Action<IServiceProvider> Check)
{
    /// <summary>The service that it can be taken as without its name, where it is the only one; <see langword="null"/> for none.</summary>
    public Type? ServiceType { get; init; }

    /// <summary>What a step asks the runner for; <see langword="null"/> for what is no step.</summary>
    public StepTraits? Step { get; init; }
}
