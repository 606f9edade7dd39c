using System.CommandLine;
using EvidenceIngest.Hosting;
using EvidenceIngest.Recorders;
using EvidenceIngest.Recorders.Profiles;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Commands;

/// <summary><c>profiles try</c>: holds every profile against the device in one USB port. Needs no service, and no dock on that port.</summary>
internal static class ProfilesTryCommand
{
    private const int Failed = 1;
    private const int NothingThere = 2;

    public static Command Create()
    {
        var bay = new Option<string>("--bay") { Description = "USB 端口，例如 1-2.3 / USB port", Required = true };
        var send = new Option<bool>("--send")
        {
            Description = "按档案与设备实际通信，包括解锁；默认不发送任何内容 / really talk to the device, unlocking included; nothing is sent without it",
        };
        var command = new Command("try", "用所有档案核对某端口上的设备 / which profiles fit the device in a port, and what they would send") { bay, send };
        command.SetAction((parsed, ct) => CommandLine.GuardAsync(() => RunAsync(parsed.GetValue(bay)!, parsed.GetValue(send), ct)));
        return command;
    }

    private static async Task<int> RunAsync(string port, bool send, CancellationToken ct)
    {
        var settings = Settings.Load(EvidenceHome.FromEnvironment());
        await using var services = new ServiceCollection().AddLogging().AddRecorders(settings.Recorders([])).BuildServiceProvider();
        try
        {
            if (await services.GetRequiredService<IRecorderTrial>().TryAsync(port, send, ct) is { } report)
            {
                Write(report);
                return report.Profiles.Any(p => p.FirstStageHolds) ? 0 : Failed;
            }
        }
        catch (ProfileException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Failed;
        }

        await Console.Error.WriteLineAsync($"{port}: 端口上没有设备 / nothing in this port");
        return NothingThere;
    }

    private static void Write(TrialReport report)
    {
        var device = report.Device;
        Console.Out.WriteLine($"{device.Bay}  {device.VendorId:x4}:{device.ProductId:x4}  {device.Manufacturer} {device.Product}  {device.Serial}");
        foreach (var trial in report.Profiles)
        {
            Console.Out.WriteLine($"{(trial.FirstStageHolds ? "✓" : "✗")} {trial.Profile}  {trial.Title}");
            foreach (var condition in trial.Conditions)
                Console.Out.WriteLine($"    {(condition.Holds ? "✓" : "✗")} {condition.Field}: {condition.Wanted}  ({condition.Found})");
            if (trial.Outcome is null)
            {
                foreach (var line in trial.WouldSend)
                    Console.Out.WriteLine($"    将发送 / would send: {line}");
                continue;
            }

            foreach (var line in trial.Said)
                Console.Out.WriteLine($"    {line}");
            Console.Out.WriteLine($"    = {trial.Outcome}");
            if (trial.Facts is { } told)
                Console.Out.WriteLine($"    = {told.Facts} {told.Clock}");
        }
    }
}
