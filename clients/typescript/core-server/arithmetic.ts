// Shares and divisions, in decimal. See "Arithmetic" in docs/implementing.md.

interface Decimal {
    digits: bigint;
    /** The value is `digits` / 10^`places`. */
    places: number;
}

/** The decimal number that was written, which is the shortest text that reads back as the same double. */
function decimal(value: number): Decimal {
    const [mantissa = '0', exponent = '0'] = String(value).split('e');
    const [whole = '0', fraction = ''] = mantissa.split('.');
    return widen({ digits: BigInt(whole + fraction), places: fraction.length - Number(exponent) }, 0);
}

/** The same value with at least so many places. */
function widen({ digits, places }: Decimal, least: number): Decimal {
    return places >= least ? { digits, places } : { digits: digits * 10n ** BigInt(least - places), places: least };
}

/** Decimals over one denominator. */
function numerators(values: readonly number[]): { tops: bigint[]; bottom: bigint } {
    const decimals = values.map(decimal);
    const places = Math.max(0, ...decimals.map((one) => one.places));
    return { tops: decimals.map((one) => widen(one, places).digits), bottom: 10n ** BigInt(places) };
}

/** floor(whole × share). */
export function floorOf(whole: number, share: number): number {
    const { digits, places } = decimal(share);
    return Number((BigInt(whole) * digits) / 10n ** BigInt(places));
}

/** A threshold in tokens: a share of the budget up to 1, else a figure. */
export function thresholdOf(budget: number, figure: number): number {
    const { digits, places } = decimal(figure);
    const top = figure <= 1 ? BigInt(budget) * digits : digits;
    const bottom = 10n ** BigInt(places);
    return Number((top + bottom - 1n) / bottom);
}

/** part / base to six decimals; 0 for a base of 0. */
export function shareOf(part: number, base: number): number {
    return base === 0 ? 0 : Number((part / base).toFixed(6));
}

/** Whether the sum is 1, within 10⁻⁹. */
export function sumIsOne(shares: readonly number[]): boolean {
    const { tops, bottom } = numerators(shares);
    const distance = sum(tops) - bottom;
    return (distance < 0n ? -distance : distance) * 1_000_000_000n <= bottom;
}

/** Divides `total` by weights with the method of largest remainders: the parts sum to `total`. */
export function divide(total: number, weights: readonly number[]): number[] {
    const { tops } = numerators(weights);
    const whole = sum(tops);
    const quotas = tops.map((top) => BigInt(total) * top);
    const parts = quotas.map((quota) => quota / whole);
    const remainders = quotas.map((quota, index) => ({ left: quota % whole, index }));
    remainders.sort((a, b) => (a.left === b.left ? a.index - b.index : a.left > b.left ? -1 : 1));
    for (const { index } of remainders.slice(0, total - Number(sum(parts)))) {
        parts[index] = (parts[index] ?? 0n) + 1n;
    }
    return parts.map(Number);
}

function sum(values: readonly bigint[]): bigint {
    return values.reduce((total, value) => total + value, 0n);
}
