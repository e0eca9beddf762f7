import { act, screen } from '@testing-library/react';

/** Opens the triangle with this text and waits until what is behind it is there. */
export async function openDetails(summary: string): Promise<void> {
  const details = screen.getByText(summary).closest('details')!;
  await act(async () => {
    const toggled = new Promise(resolve =>
      details.addEventListener('toggle', resolve, { once: true })
    );
    details.open = true;
    await toggled;
  });
}
