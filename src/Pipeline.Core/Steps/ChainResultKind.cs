namespace Pipeline.Steps;

internal enum ChainResultKind
{
    None = 0,
    Continue = 1,
    Halt = 2,
}
