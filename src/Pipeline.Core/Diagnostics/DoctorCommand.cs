namespace Pipeline.Diagnostics;

/// <summary>The doctor as a command of the host's program.</summary>
internal sealed class DoctorCommand(Doctor doctor, TextWriter output, TextWriter error, DoctorTableOptions table)
{
    public const int BadArguments = 2;

    public async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(DoctorArguments.Parse(args), cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentException e)
        {
            await error.WriteLineAsync($"{MessageOf(e)}\n\n{DoctorArguments.Usage}".AsMemory(), cancellationToken).ConfigureAwait(false);
            return BadArguments;
        }
    }

    private async Task<int> RunAsync(DoctorArguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Help)
        {
            await output.WriteLineAsync(DoctorArguments.Usage.AsMemory(), cancellationToken).ConfigureAwait(false);
            return 0;
        }

        if (arguments.List)
        {
            foreach (var entry in doctor.Select(arguments.Options).Chosen)
            {
                await output.WriteLineAsync((entry.UsesNetwork ? $"{entry.Name} (network)" : entry.Name).AsMemory(), cancellationToken).ConfigureAwait(false);
            }

            return 0;
        }

        var report = await doctor.RunAsync(arguments.Options, cancellationToken).ConfigureAwait(false);
        if (arguments.OnlyErrors)
        {
            report = report.OnlyErrors();
        }

        var text = arguments.Json ? report.ToJson() + "\n" : report.ToTable(arguments.NoColor ? table with { UseColor = false } : table);
        await output.WriteAsync(text.AsMemory(), cancellationToken).ConfigureAwait(false);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        return report.ExitCode;
    }

    // Without the name of the parameter, which tells the person at the terminal nothing.
    private static string MessageOf(ArgumentException e) => e.ParamName is null ? e.Message : e.Message.Replace($" (Parameter '{e.ParamName}')", "", StringComparison.Ordinal);
}
