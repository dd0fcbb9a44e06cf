using System.Globalization;

namespace Pipeline.Diagnostics;

/// <summary>The doctor's arguments, read.</summary>
internal sealed record DoctorArguments
{
    public const string Usage = """
        Looks for what is wrong with the configuration and the backends, and says how to mend it.

          --json               write the report as JSON
          --skip-network       leave out the checks that reach over the network
          --only-errors        show the errors alone, of all the checks that ran
          --only <pattern>     run only the checks of this name (* and ? are wildcards); may be repeated
          --except <pattern>   leave out the checks of this name; may be repeated
          --timeout <seconds>  how long one check may take, 0.001 to 3600; 10 unless given
          --no-color           no colours in the table
          --list               list the checks, and run none
          --help               show this

        Exit code: 0 without errors (warnings do not count), 1 with errors, 2 for arguments that cannot be understood.
        """;

    public bool Json { get; private init; }

    public bool NoColor { get; private init; }

    public bool OnlyErrors { get; private init; }

    public bool List { get; private init; }

    public bool Help { get; private init; }

    public DoctorRunOptions Options { get; private init; } = DoctorRunOptions.Default;

    /// <exception cref="ArgumentException">The arguments cannot be understood; the message says which, and the mend.</exception>
    public static DoctorArguments Parse(IReadOnlyList<string> args)
    {
        var read = new DoctorArguments();
        for (var i = 0; i < args.Count; i++)
        {
            var parts = (args[i] ?? "").Split('=', 2);
            read = parts[0] switch
            {
                "--json" when parts.Length == 1 => read with { Json = true },
                "--skip-network" when parts.Length == 1 => read with { Options = read.Options with { SkipNetwork = true } },
                "--only-errors" when parts.Length == 1 => read with { OnlyErrors = true },
                "--no-color" when parts.Length == 1 => read with { NoColor = true },
                "--list" when parts.Length == 1 => read with { List = true },
                "--help" when parts.Length == 1 => read with { Help = true },
                "--only" => read with { Options = read.Options with { Only = [.. read.Options.Only, Value()] } },
                "--except" => read with { Options = read.Options with { Except = [.. read.Options.Except, Value()] } },
                "--timeout" => read with { Options = read.Options with { CheckTimeout = Seconds(Value()) } },
                _ => throw new ArgumentException($"'{args[i]}' is no argument of the doctor's. Correct or remove it.", nameof(args)),
            };

            string Value() =>
                parts.Length == 2 && parts[1].Length > 0 ? parts[1]
                : parts.Length == 1 && i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal) ? args[++i]
                : throw new ArgumentException($"'{parts[0]}' has no value. Give it one.", nameof(args));
        }

        return read is { List: true, Json: true }
            ? throw new ArgumentException("'--list' has no JSON. Leave out '--list' or '--json'.", nameof(args))
            : read;
    }

    private static TimeSpan Seconds(string text)
    {
        // Parsed as a decimal, so that no notation reaches the infinities.
        var isNumber = decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds);
        return isNumber && seconds >= (decimal)DoctorRunOptions.LeastCheckTimeout.TotalSeconds && seconds <= (decimal)DoctorRunOptions.GreatestCheckTimeout.TotalSeconds
            ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : throw new ArgumentException($"'{text}' is no time in seconds that a check may take. Give 0.001 to 3600.", nameof(text));
    }
}
