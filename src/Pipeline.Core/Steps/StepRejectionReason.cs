namespace Pipeline.Steps;

/// <summary>Why a runner refused a call without running its step.</summary>
public enum StepRejectionReason
{
    /// <summary>The input is invalid. The same call will be refused again.</summary>
    InvalidInput = 0,

    /// <summary>The step failed too often of late: its circuit is open.</summary>
    CircuitOpen = 1,

    /// <summary>As many calls as allowed are running and waiting already.</summary>
    Overloaded = 2,
}
