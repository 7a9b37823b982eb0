export const plot = (r) => "";
