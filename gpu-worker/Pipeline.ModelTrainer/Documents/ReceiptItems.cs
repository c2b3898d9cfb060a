namespace Pipeline.ModelTrainer.Documents;

/// <summary>The list of what was bought, in one of the layouts that tills print.</summary>
internal sealed class ReceiptItems(Chance chance, Page page, MoneyFormat money, Goods goods)
{
    private readonly int layout = chance.Int(0, 8);

    private readonly string taxMark = chance.Pick("", "", " SR", "SR", " S", " *", "S", " ZRL", " T");

    private readonly string prefix = chance.Maybe(0.5) ? "" : money.Prefix;

    /// <summary>Prints the list.</summary>
    /// <returns>The number of pieces and their sum.</returns>
    public (int Pieces, decimal Sum) Print(int count)
    {
        if (chance.Maybe(0.75))
        {
            Heading();
        }

        var pieces = 0;
        var sum = 0m;
        for (var i = 0; i < count; i++)
        {
            var quantity = chance.Maybe(0.65) ? 1 : chance.Int(1, chance.Pick(4, 12, 40));
            var price = chance.Int(10, chance.Pick(500, 2000, 3000, 9000, 30000)) / 100m;
            if (chance.Maybe(0.5))
            {
                price = Math.Ceiling(price * 10) / 10;
            }

            Item(i + 1, quantity, price);
            pieces += quantity;
            sum += quantity * price;
        }

        return (pieces, sum);
    }

    private void Heading() => page.Add(chance.Pick(
        "ITEM  QTY  S/PRICE  AMOUNT  TAX",
        "QTY  DESCRIPTION  AMOUNT",
        "DESCRIPTION  QTY  PRICE  TOTAL",
        "ITEM  QTY  U/P  AMOUNT",
        "DESC  AMT (RM)",
        "ITEM(S)  QTY  PRICE  AMT",
        "CODE/DESC  PRICE  DISC  AMOUNT",
        "NO  ITEM  QTY  TOTAL (RM)",
        "DESCRIPTION  PRICE",
        "QTY  ITEM  RM",
        "PARTICULARS  QTY  AMOUNT"));

    private void Item(int number, int quantity, decimal price)
    {
        var amount = prefix + money.Plain(quantity * price);
        var each = prefix + money.Plain(price);
        var name = goods.Name();
        switch (layout)
        {
            case 0:
                page.Add($"{name}  {quantity}  {amount}{taxMark}");
                break;
            case 1:
                page.Add($"{goods.Code()}  {quantity}  {each}  {amount}{taxMark}");
                page.Add(name);
                break;
            case 2:
                page.Add(name);
                page.Add($"{quantity} X {each}  {amount}{taxMark}");
                break;
            case 3:
                page.Add($"{quantity}X  {goods.Code()}  {amount}{taxMark}");
                page.Add(name);
                break;
            case 4:
                page.Add($"{goods.Code()} {name}  {amount}{taxMark}");
                if (quantity > 1)
                {
                    page.Add($"@{quantity} X {each}");
                }

                break;
            case 5:
                page.Add($"{quantity} {name}  {amount}{taxMark}");
                break;
            case 6:
                page.Add($"{number}. {name}");
                page.Add($"{goods.Code()}  {quantity} PCS  {each}  {amount}{taxMark}");
                break;
            case 7:
                page.Add(name);
                page.Add($"{quantity}  {each}  0.00  {amount}{taxMark}");
                break;
            default:
                page.Add($"{name}  {amount}{taxMark}");
                break;
        }
    }
}
