namespace Pipeline.Diagnostics;

/// <summary>Whether the machine or container is about to run out of memory.</summary>
internal sealed class ProcessMemoryCheck(Func<ProcessFacts> read) : ProcessCheck("process.memory")
{
    protected override DoctorResult Look()
    {
        var facts = read();
        if (facts.MemoryLoadBytes == 0)
        {
            return DoctorResult.Ok($"The process may use {Wording.Bytes(facts.AvailableMemoryBytes)} of memory; how much is in use is known from the first garbage collection on.");
        }

        var summary = $"{Wording.Bytes(facts.MemoryLoadBytes)} of {Wording.Bytes(facts.AvailableMemoryBytes)} of memory are in use.";
        return facts.MemoryLoadBytes >= facts.HighMemoryLoadBytes
            ? DoctorResult.Warning(summary, "Give the container or machine more memory, or lower Caching:Memory:MaxBytes and the workers' Concurrency and Prefetch.")
            : DoctorResult.Ok(summary);
    }
}
