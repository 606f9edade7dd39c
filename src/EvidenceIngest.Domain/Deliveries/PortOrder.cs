namespace EvidenceIngest.Domain.Deliveries;

/// <summary>The order of ports: usb:1-2.10 comes after usb:1-2.9.</summary>
public sealed class PortOrder : IComparer<string>
{
    public static readonly PortOrder Instance = new();

    private PortOrder()
    {
    }

    public int Compare(string? x, string? y)
    {
        var (a, b) = ((x ?? "").Split('-', '.', ':'), (y ?? "").Split('-', '.', ':'));
        for (var i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            var order = int.TryParse(a[i], out var n) && int.TryParse(b[i], out var m) ? n.CompareTo(m) : string.CompareOrdinal(a[i], b[i]);
            if (order != 0)
                return order;
        }

        return a.Length.CompareTo(b.Length);
    }
}
