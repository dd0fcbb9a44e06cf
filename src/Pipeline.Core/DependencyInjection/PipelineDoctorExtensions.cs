using System.Diagnostics.CodeAnalysis;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds checks to the doctor, and runs it as a command of the host's program.</summary>
public static class PipelineDoctorExtensions
{
    private const int LeastConsoleWidth = 60;
    private const int GreatestConsoleWidth = 160;

    /// <summary>Adds a check of the host's own to the doctor's: a singleton <see cref="IDoctorCheck"/>.</summary>
    /// <typeparam name="TCheck">The check. What its constructor needs comes from the services; it is made only when the doctor is asked.</typeparam>
    /// <param name="builder">The builder. A check belongs to the container, not to one suite.</param>
    /// <returns>The builder.</returns>
    public static IPipelineBuilder AddDoctorCheck<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TCheck>(
        this IPipelineBuilder builder)
        where TCheck : class, IDoctorCheck
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<IDoctorCheck, TCheck>();
        return builder;
    }

    /// <summary>
    /// Runs the doctor as a command, for the host's own <c>Main</c>. Nothing needs to have been started, and what is declared or configured wrongly is a
    /// row of the report.
    /// </summary>
    /// <param name="services">The services, with a suite in them.</param>
    /// <param name="args">
    /// <c>--json</c>, <c>--skip-network</c>, <c>--only-errors</c>, <c>--only &lt;pattern&gt;</c>, <c>--except &lt;pattern&gt;</c>, <c>--timeout &lt;seconds&gt;</c>,
    /// <c>--no-color</c>, <c>--list</c>, <c>--help</c>; <c>--help</c> explains them. None runs every check.
    /// </param>
    /// <param name="output">Where the report goes; <see langword="null"/> for the console's output.</param>
    /// <param name="error">Where it is said that arguments cannot be understood; <see langword="null"/> for the console's error output.</param>
    /// <param name="table">
    /// How the table looks; <see langword="null"/> to go by the console: its width and colours where <paramref name="output"/> is
    /// <see langword="null"/> and the console's output is not redirected, else the defaults of <see cref="DoctorTableOptions"/>.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The process's exit code: 0 without errors, 1 with errors, 2 if the arguments cannot be understood.</returns>
    /// <exception cref="InvalidOperationException"><paramref name="services"/> has no suite.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static Task<int> RunPipelineDoctorAsync(
        this IServiceProvider services,
        string[] args,
        TextWriter? output = null,
        TextWriter? error = null,
        DoctorTableOptions? table = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(args);
        var doctor = services.GetService<Doctor>()
            ?? throw new InvalidOperationException("The services have no doctor. Call AddPipeline on the service collection first.");
        var command = new DoctorCommand(doctor, output ?? Console.Out, error ?? Console.Error, table ?? TableFor(output));
        return command.RunAsync(args, cancellationToken);
    }

    private static DoctorTableOptions TableFor(TextWriter? output)
    {
        if (output is not null || Console.IsOutputRedirected)
        {
            return DoctorTableOptions.Default;
        }

        return new DoctorTableOptions { Width = Math.Clamp(Console.WindowWidth, LeastConsoleWidth, GreatestConsoleWidth), UseColor = true };
    }
}
