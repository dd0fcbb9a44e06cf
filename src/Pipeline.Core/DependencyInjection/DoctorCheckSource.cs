using Pipeline.Diagnostics;

namespace Pipeline.DependencyInjection;

/// <summary>Makes the suite's own checks, once the doctor is asked for. They need nothing that a wrong configuration could keep from being made.</summary>
internal sealed record DoctorCheckSource(Func<IServiceProvider, IEnumerable<IDoctorCheck>> Create);
