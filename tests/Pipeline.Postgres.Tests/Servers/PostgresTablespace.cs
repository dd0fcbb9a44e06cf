namespace Pipeline.Postgres.Servers;

/// <summary>A tablespace on a small disk. What goes there beyond its size fails with <c>53100</c>, disk full.</summary>
public sealed class PostgresTablespace
{
    /// <summary>Its name, for <c>CREATE TABLE … TABLESPACE small</c> or <c>ALTER DATABASE … SET TABLESPACE small</c>.</summary>
    public const string Name = "small";

    private readonly string _ballast;

    internal PostgresTablespace(string path) => _ballast = Path.Combine(path, "ballast");

    /// <summary>Takes all space that is left.</summary>
    public void Fill()
    {
        using var file = new FileStream(_ballast, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var page = new byte[4096];
        try
        {
            while (true)
                file.Write(page);
        }
        catch (IOException)
        {
            // The disk is full.
        }
    }

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void Free() => File.Delete(_ballast);
}
