using StackExchange.Redis;

namespace Pipeline.Backends;

/// <summary>Reads a connection string. Its text never appears in an error, since it holds the password.</summary>
internal static class RedisConnectionString
{
    /// <exception cref="ArgumentException">It cannot be read, or names no server.</exception>
    public static ConfigurationOptions Parse(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        ConfigurationOptions options;
        try
        {
            options = ConfigurationOptions.Parse(connectionString);
        }
#pragma warning disable MA0054 // The client's own message can repeat a part of the string.
        catch (ArgumentException)
        {
            throw new ArgumentException(
                "The connection string cannot be read. Give servers and settings as StackExchange.Redis has them, for instance "
                + "'localhost:6379,password=…,ssl=true'. For what this version of the client does not know, such as user names, hand in a connection of your own.",
                nameof(connectionString));
        }
#pragma warning restore MA0054

        return options.EndPoints.Count > 0
            ? options
            : throw new ArgumentException("The connection string names no server. Begin it with one, for instance localhost:6379.", nameof(connectionString));
    }
}
