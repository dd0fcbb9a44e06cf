namespace Pipeline.Diagnostics;

/// <summary>A check of the suite's own. It looks at what may be configured wrongly, and then says that instead.</summary>
internal abstract class BuiltInCheck(string name, bool usesNetwork = false) : IDoctorCheck
{
    public string Name => name;

    public bool UsesNetwork => usesNetwork;

    public async ValueTask<DoctorResult> CheckAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await LookAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (ConfigurationProblem.Is(e))
        {
            return Obstacle(e);
        }
    }

    protected abstract ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken);

    /// <summary>Says what kept the check from looking.</summary>
    protected virtual DoctorResult Obstacle(Exception exception)
    {
        var (summary, mend) = ConfigurationProblem.Split(exception).First();
        return DoctorResult.Error($"This cannot be looked at: {summary}", mend);
    }
}
