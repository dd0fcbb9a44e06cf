using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Pipeline.Backends;

/// <summary>Reads a connection string. Its text never appears in an error, since it holds the password.</summary>
internal static class PostgresConnectionString
{
    public const string Mend = "Give it as Npgsql has it, for instance 'Host=localhost;Database=app;Username=app;Password=…'.";

    private const int AutoPrepared = 100;

    /// <exception cref="ArgumentException">It cannot be read, or names no host.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        return TryParse(connectionString, out var parsed)
            ? parsed
            : throw new ArgumentException($"The connection string cannot be read, or names no host. {Mend}", nameof(connectionString));
    }

    public static bool TryParse(string connectionString, [NotNullWhen(true)] out NpgsqlConnectionStringBuilder? parsed)
    {
        try
        {
            parsed = new NpgsqlConnectionStringBuilder(connectionString);
            return !string.IsNullOrWhiteSpace(parsed.Host);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or OverflowException or KeyNotFoundException)
        {
            parsed = null;
            return false;
        }
    }

    /// <summary>Sets what suits the suite wherever the user has not said otherwise.</summary>
    public static NpgsqlConnectionStringBuilder WithDefaults(NpgsqlConnectionStringBuilder given)
    {
        var builder = new NpgsqlConnectionStringBuilder(given.ConnectionString);
        SetDefault(builder, "Max Auto Prepare", AutoPrepared);
        SetDefault(builder, "Auto Prepare Min Usages", 2);

        // The suite leaves no state in a session, so there is nothing to reset, and one statement less in each call.
        SetDefault(builder, "No Reset On Close", true);
        SetDefault(builder, "Application Name", "Pipeline");

        // What a call that came too late waits for until its connection is given up.
        SetDefault(builder, "Cancellation Timeout", 500);
        return builder;
    }

    private static void SetDefault(NpgsqlConnectionStringBuilder builder, string keyword, object value)
    {
        if (!builder.ContainsKey(keyword) || !builder.ShouldSerialize(keyword))
        {
            builder[keyword] = value;
        }
    }
}
