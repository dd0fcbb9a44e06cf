namespace Pipeline.Diagnostics;

/// <summary>Whether the garbage collector is the one that suits a server with several processors.</summary>
internal sealed class GarbageCollectorCheck(Func<ProcessFacts> read) : ProcessCheck("process.garbage-collector")
{
    public const int ManyProcessors = 4;

    protected override DoctorResult Look()
    {
        var facts = read();
        var processors = Wording.Count(facts.Processors, "processor");
        return facts is { IsServerGC: false, Processors: >= ManyProcessors }
            ? DoctorResult.Warning(
                $"The workstation garbage collector runs on {processors}: its pauses grow with the number of threads that allocate.",
                "Set <ServerGarbageCollector>true</ServerGarbageCollector> in the project file, or DOTNET_gcServer=1.")
            : DoctorResult.Ok($"The {(facts.IsServerGC ? "server" : "workstation")} garbage collector runs on {processors}.");
    }
}
