namespace EvidenceIngest.VendorDll;

internal static class Program
{
    /// <summary>Needs no arguments; README.md says what it reads and writes.</summary>
    public static int Main()
    {
        using var handle = ProtocolOutput.Take();
        using var output = new FileStream(handle, FileAccess.Write);
        using var input = Console.OpenStandardInput();
        return new RequestLoop(input, output).Run();
    }
}
