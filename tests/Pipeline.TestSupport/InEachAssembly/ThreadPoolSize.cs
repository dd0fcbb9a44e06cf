using System.Runtime.CompilerServices;

namespace Pipeline.TestSupport;

/// <summary>Lets tests that block threads of the pool, as fixtures and some facts do, not hold up those beside them: the pool adds a thread only twice a second.</summary>
internal static class ThreadPoolSize
{
    private const int Threads = 64;

    [ModuleInitializer]
    internal static void Set() => ThreadPool.SetMinThreads(Threads, Threads);
}
